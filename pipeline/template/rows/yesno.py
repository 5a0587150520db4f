"""How programs and people say yes and no in a cell of its own."""

from __future__ import annotations

_YES = (
    "yes y true 1 x ✓ ✔ ☑ ✅ on checked ja j wahr oui vrai sí si sì verdadero vero sim verdadeiro evet doğru tak да 是"
)
_NO = "no n false 0 off unchecked nein falsch non faux falso não nao nee hayır hayir yanlış yanliş nie нет 否"
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())
