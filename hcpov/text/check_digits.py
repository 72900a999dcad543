"""Check digits of the numbers that carry one, so that numbers without a cue word can be told from any other."""

_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def nhs_number(digits: str) -> bool:
    """Says whether ten digits are an NHS number of England: weights 10 to 2, modulo 11."""
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False))
    return len(digits) == 10 and (11 - total % 11) % 11 == int(digits[9])


def npi(digits: str) -> bool:
    """Says whether ten digits are a National Provider Identifier: Luhn after the prefix 80840 (45 CFR 162.406)."""
    if len(digits) != 10 or digits[0] not in "12":
        return False
    total = 24  # what the prefix comes to
    for place, digit in enumerate(digits):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def dea(number: str) -> bool:
    """Says whether two letters (or a letter and 9) and seven digits are a DEA registration."""
    digits = [int(digit) for digit in number[2:]]
    return len(digits) == 7 and (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def vin(number: str) -> bool:
    """Says whether 17 letters and digits are a vehicle number: the ninth is the check digit (49 CFR 565.15)."""
    number = number.upper()
    if len(number) != 17 or number.isdigit() or any(letter not in _VIN_VALUES for letter in number):
        return False
    total = sum(weight * int(_VIN_VALUES[letter]) for weight, letter in zip(_VIN_WEIGHTS, number, strict=True))
    return number[8] == "0123456789X"[total % 11]


def iban(number: str) -> bool:
    """Says whether a bank account number without blanks has the check digits of ISO 13616."""
    moved = number[4:] + number[:4]
    return 15 <= len(number) <= 34 and int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def dni(number: str) -> bool:
    """Says whether a number is a Spanish identity card's (DNI, NIE): its letter is what 23 leaves of the digits."""
    if len(number) < 2 or not number[-1:].isalpha():
        return False
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return digits.isdecimal() and len(digits) == 8 and "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]
