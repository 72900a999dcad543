"""What members say of themselves: profiles, their public pages, badges."""
