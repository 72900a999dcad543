"""The desk's pictures: sending one, those sent so far, what each shows and where it is used."""
