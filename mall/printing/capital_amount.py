"""This file knows how an amount of money is written in Chinese capital characters (人民币大写)."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES_IN_GROUP = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_LIMIT_FEN = 10**18


def capital_amount(amount_fen: int) -> str:
    """Write an amount as vouchers and contracts must show it, for example 168032 -> 人民币壹仟陆佰捌拾元叁角贰分.

    Source: 正确填写票据和结算凭证的基本规定 (annex 1 of 支付结算办法, People's Bank of China, 1997),
    articles 1 to 3. Where article 3 leaves a choice this is ours, the same everywhere: a zero that stands between two
    groups of the whole part is written (107000.53 -> 壹拾万零柒仟元伍角叁分), a zero before 元 is not
    when 角 follows (1680.32), and no 整 follows 角 (1409.50).

    Raises TypeError for anything but an int and ValueError below zero or from ten quadrillion yuan:
    no document of the house may show such an amount.
    """
    if type(amount_fen) is not int:
        raise TypeError(f"an amount in fen is an int, not {type(amount_fen).__name__}")
    if not 0 <= amount_fen < _LIMIT_FEN:
        raise ValueError(f"no capital form for {amount_fen} fen")
    yuan, cents = divmod(amount_fen, 100)
    jiao, fen = divmod(cents, 10)
    whole = f"{_whole_number(yuan)}元" if yuan or not cents else ""
    return f"人民币{whole}{_parts_of_a_yuan(jiao, fen=fen, after_yuan=yuan > 0)}"


def _parts_of_a_yuan(jiao: int, *, fen: int, after_yuan: bool) -> str:
    if not jiao and not fen:
        return "整"
    if not jiao:
        return f"{'零' if after_yuan else ''}{_DIGITS[fen]}分"
    return f"{_DIGITS[jiao]}角" + (f"{_DIGITS[fen]}分" if fen else "")


def _whole_number(number: int) -> str:
    """Any number below 10**16; above 亿 the figures are read again as a number of 亿."""
    if number == 0:
        return _DIGITS[0]
    for base, name in ((10**8, "亿"), (10**4, "万")):
        if number >= base:
            high, low = divmod(number, base)
            return _whole_number(high) + name + _after_group(low, high=high, base=base)
    return _group(number)


def _after_group(low: int, *, high: int, base: int) -> str:
    if low == 0:
        return ""
    zero_between = high % 10 == 0 or low < base // 10
    return (_DIGITS[0] if zero_between else "") + _whole_number(low)


def _group(number: int) -> str:
    """One to four figures; a run of zeros inside is one 零, zeros at the end are silent."""
    text = ""
    for place, name in _PLACES_IN_GROUP:
        digit, number = divmod(number, place)
        if digit:
            text += _DIGITS[digit] + name
        elif text and number and not text.endswith(_DIGITS[0]):
            text += _DIGITS[0]
    return text
