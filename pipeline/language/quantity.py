"""A number and its unit in Latin letters, as they stand in running text: "24 °C", "6.04 km", "−3 m/s²"."""

from __future__ import annotations

import re

# SI's units with their usual prefixes, and the others that are seen in films.
QUANTITY = re.compile(
    r"(?:(?<!\w)[+\-\u2212])?\d[\d.,\u066b\u066c]*(?:[-\u2013]\d[\d.,\u066b\u066c]*)?[ \u00a0\u202f]?"
    r"(?:°[CF]|[kMGTPcdm\u00b5\u03bcn]?(?:m|g|l|L|s|W|Wh|V|A|Hz|B|Pa|J|N|cal|bit|Ω)(?:/[hsm]|ps)?|K|t|h|min|mph|dB|ppm|ft|lb|oz)"
    r"[\u00b2\u00b3]?(?!\w)"
)
