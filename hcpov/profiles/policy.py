"""Who may decide, and who sees a page with nothing on it."""


def may_decide(moderator_id: int, account_id: int) -> bool:
    """Nobody decides on their own badge, whatever their role."""
    return moderator_id != account_id


def sees_empty(reader_id: int, is_staff: bool, account_id: int) -> bool:
    """A page with nothing on it is no page, but for its owner and for those who look after the site."""
    return is_staff or reader_id == account_id
