"""Web and worker of one machine: kept up, and loaded anew without a reader noticing."""
