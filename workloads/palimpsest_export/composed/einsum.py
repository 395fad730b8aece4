"""torch.einsum of one or two operands, as permutations and a product."""

import math

from ..operations.matmul import convert as convert_matmul
from ..operations.mean import convert_sum


def convert(builder, equation, *operands):
    """torch.einsum"""
    operands = operands[0] if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    equation = equation.replace(" ", "") if isinstance(equation, str) else "..."
    terms = equation.partition("->")[0].split(",")
    if "..." in equation or "->" not in equation or len(terms) != len(operands) or len(terms) > 2:
        builder.refuse(f"einsum {equation!r}", "one or two operands, letters and ->, or torch.matmul")
    if any(len(set(term)) != len(term) for term in terms):
        builder.refuse(f"einsum {equation!r} with a letter twice in an operand", "torch.matmul")
    result = equation.partition("->")[2]
    if len(terms) == 1:
        return _single(builder, terms[0], operands[0], result)
    return _pair(builder, terms, operands, result)


def _single(builder, term, operand, result):
    value = builder.need_value(operand)
    gone = [place for place, letter in enumerate(term) if letter not in result]
    if gone:
        value = convert_sum(builder, value, gone)
    left = [letter for letter in term if letter in result]
    return builder.permute(value, [left.index(letter) for letter in result])


def _pair(builder, terms, operands, result):
    """Both operands as [shared, own, summed] and [shared, summed, own], multiplied, and put in order."""
    one, other = terms
    summed = [letter for letter in one if letter in other and letter not in result]
    shared = [letter for letter in one if letter in other and letter in result]
    own = [[letter for letter in term if letter not in summed + shared] for term in terms]
    if any(letter not in result for letters in own for letter in letters) or not summed:
        builder.refuse("einsum with a letter that one operand alone has and that is summed", "torch.matmul")
    sizes = {}
    for term, operand in zip(terms, operands):
        sizes.update(zip(term, operand.shape))
    values = []
    for place, (term, operand) in enumerate(zip(terms, operands)):
        order = shared + (own[0] + summed if place == 0 else summed + own[1])
        groups = [own[0], summed] if place == 0 else [summed, own[1]]
        shape = [sizes[letter] for letter in shared] + [
            math.prod(sizes[l] for l in group) for group in groups
        ]
        places = [term.index(letter) for letter in order]
        if builder.is_value(operand):
            turned = builder.permute(builder.need_value(operand), places)
            values.append(builder.torch_reshape(turned, shape))
        else:
            values.append(operand.permute(places).reshape(shape))
    product = convert_matmul(builder, *values)
    letters = shared + own[0] + own[1]
    spread = builder.torch_reshape(product, [sizes[letter] for letter in letters])
    return builder.permute(spread, [letters.index(letter) for letter in result])


PATTERNS = {"einsum": convert}
