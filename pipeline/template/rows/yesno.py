"""How programs and people say yes and no in a cell of its own."""

from __future__ import annotations

_YES = (
    "yes y true t 1 x ✓ ✔ ☑ ✅ on checked ja j wahr oui vrai sí si sì s verdadero vero sim verdadeiro evet doğru tak "
    "da ano áno igen kyllä ναι да так נכון כן نعم بله हाँ हां ใช่ có 是 はい 예 네"
)
_NO = (
    "no n false f 0 off unchecked nein falsch non faux falso não nao nee nej nei hayır hayir yanlış yanliş nie ne nu "
    "nem ei όχι нет не ні לא لا خیر नहीं ไม่ ไม่ใช่ không 否 いいえ 아니오 아니요"
)
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())
# As a whole cell, what spreadsheets and databases write where one would say yes or no.
_TRUTHS = "true false TRUE FALSE WAHR FALSCH VRAI FAUX VERDADERO FALSO VERO VERDADEIRO WAAR ONWAAR"
TRUTHS = frozenset(_TRUTHS.split())
