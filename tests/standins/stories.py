"""The text of stand-in models in many languages: a short story about rain, with sentences of many lengths.

Numbers are spelt out, no word is a name, and each language has its own phrasing. By language tag.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TALES = {
    "en": (
        "Rain falls. Nobody asks why. Look at a puddle after a storm, and you see the whole sky lying on the "
        "street. Every drop began as vapour, far too small to see. It rose because warm air is lighter than "
        "cold air. Up there it cools, and the invisible becomes a cloud. But a cloud weighs as much as a herd "
        "of elephants. So why does it not come down? The answer hides in the size of the droplets. Each is so "
        "tiny that the slightest breath of wind holds it up. They bump into one another, and they merge. A "
        "million of them make a single raindrop. Then, suddenly, gravity wins. What you hear on the roof "
        "tonight travelled for nine days. It crossed an ocean, a desert and two borders. Part of it was in a "
        "river that your great-grandmother could have swum in. Water is never new. It only changes its "
        "address. Think of that when you next forget your umbrella. Scientists measure it with buckets, radar "
        "and remarkable patience. The oldest method is still the best one. A jar, a ruler, and somebody who "
        "gets up early. In the mountains, the same water waits as snow until spring. Farmers downstream "
        "depend on that delay, because crops are thirsty in summer rather than in winter. Take the delay "
        "away, and rivers flood in March and run dry in August. That is happening already. It is a slow "
        "change, which is precisely why we overlook it. Pour a glass of water. Hold it to the light. "
        "Everything in it has been somewhere else."
    ),
    "de": (
        "Es regnet. Kaum jemand fragt, warum. Nach einem Gewitter liegt der ganze Himmel auf der Straße. "
        "Jeder Tropfen war einmal unsichtbarer Dampf. Er stieg auf, weil warme Luft leichter ist als kalte. "
        "Dort oben kühlt er ab, und aus dem Unsichtbaren wird eine Wolke. Eine Wolke wiegt so viel wie eine "
        "Herde Elefanten. Warum fällt sie dann nicht herunter? Die Antwort steckt in der Größe der Tröpfchen. "
        "Schon der leiseste Luftzug hält sie in der Schwebe. Dann gewinnt die Schwerkraft. Was heute Nacht "
        "auf das Dach trommelt, war neun Tage unterwegs. Wasser ist niemals neu, es zieht nur um. "
        "Wissenschaftlerinnen messen es mit Eimern, Radar und erstaunlicher Geduld."
    ),
    "es": (
        "Llueve. Casi nadie pregunta por qué. Después de la tormenta, el cielo entero cabe en un charco. Cada "
        "gota fue antes un vapor invisible. Subió porque el aire caliente pesa menos que el frío. Allá arriba "
        "se enfría, y lo invisible se convierte en nube. Una nube pesa tanto como una manada de elefantes. "
        "¿Por qué no se cae? La respuesta está en el tamaño de las gotas. El viento más suave las sostiene. "
        "De pronto, gana la gravedad. Lo que suena esta noche en el tejado viajó durante nueve días. El agua "
        "nunca es nueva: solo cambia de dirección."
    ),
    "ru": (
        "Идёт дождь. Никто не спрашивает почему. После грозы в каждой луже лежит целое небо. Каждая капля была "
        "когда-то невидимым паром. Она поднялась, потому что тёплый воздух легче холодного. Наверху пар остывает, и "
        "невидимое становится облаком. Облако весит столько же, сколько стадо слонов. Почему же оно не падает? "
        "Ответ прячется в размере капель. Самый слабый ветер держит их на лету. Потом побеждает тяжесть. То, что "
        "стучит сегодня по крыше, было в пути девять дней. Вода никогда не бывает новой, она только переезжает."
    ),
    "el": (
        "Βρέχει. Κανείς δεν ρωτά γιατί. Μετά την καταιγίδα όλος ο ουρανός χωράει σε μια λακκούβα. Κάθε σταγόνα ήταν "
        "κάποτε αόρατος ατμός. Ανέβηκε, γιατί ο ζεστός αέρας είναι πιο ελαφρύς από τον κρύο. Εκεί ψηλά κρυώνει, και "
        "το αόρατο γίνεται σύννεφο. Ένα σύννεφο ζυγίζει όσο ένα κοπάδι ελέφαντες. Γιατί λοιπόν δεν πέφτει; Η "
        "απάντηση κρύβεται στο μέγεθος των σταγόνων. Το πιο απαλό αεράκι τις κρατάει ψηλά. Ξαφνικά κερδίζει η "
        "βαρύτητα. Το νερό δεν είναι ποτέ καινούργιο, μόνο αλλάζει σπίτι."
    ),
    "ar": (
        "ينزل المطر. لا أحد يسأل لماذا. بعد العاصفة ترى السماء كلها في بركة صغيرة على الطريق. كانت كل قطرة بخارا لا "
        "يراه أحد. صعدت لأن الهواء الدافئ أخف من الهواء البارد. هناك في الأعلى تبرد ويصير ما لا يرى سحابة. تزن "
        "السحابة مثل قطيع من الفيلة. فلماذا لا تسقط؟ الجواب في حجم القطرات الصغيرة. تحملها أخف نسمة من الريح. ثم "
        "تكبر وتغلبها الأرض. ما تسمعه الليلة على السطح سافر تسعة أيام. الماء لا يكون جديدا أبدا، بل يغير عنوانه فقط."
    ),
    "he": (
        "יורד גשם. אף אחד לא שואל למה. אחרי הסערה כל השמיים נמצאים בשלולית אחת ברחוב. כל טיפה הייתה פעם אד שאיש לא "
        "רואה. היא עלתה כי אוויר חם קל יותר מאוויר קר. שם למעלה היא מתקררת, ומה שלא נראה נעשה ענן. ענן שוקל כמו עדר "
        "של פילים. אז למה הוא לא נופל? התשובה מסתתרת בגודל של הטיפות. הרוח הקלה ביותר מחזיקה אותן באוויר. פתאום כוח "
        "הכבידה מנצח. מה שאתם שומעים הלילה על הגג היה בדרך תשעה ימים. מים אינם חדשים לעולם, הם רק מחליפים כתובת."
    ),
    "hi": (
        "बारिश होती है। कोई नहीं पूछता क्यों। तूफ़ान के बाद सड़क के एक गड्ढे में पूरा आसमान दिखता है। हर बूँद कभी "
        "अदृश्य भाप थी। वह ऊपर उठी, क्योंकि गर्म हवा ठंडी हवा से हल्की होती है। ऊपर वह ठंडी होती है और बादल बन जाती "
        "है। एक बादल हाथियों के झुंड जितना भारी होता है। फिर वह गिरता क्यों नहीं? जवाब बूँदों के आकार में छिपा है। "
        "सबसे हल्की हवा भी उन्हें थामे रखती है। फिर अचानक धरती जीत जाती है। आज रात छत पर जो सुनाई देता है, वह नौ दिन "
        "चला है। पानी कभी नया नहीं होता, वह केवल अपना पता बदलता है।"
    ),
    "th": (
        "ฝนกำลังตก ไม่มีใครถามว่าทำไม หลังพายุ เราเห็นท้องฟ้าทั้งผืนอยู่ในแอ่งน้ำเล็กๆ บนถนน น้ำทุกหยดเคยเป็นไอที่มองไม่เห็น "
        "มันลอยขึ้นไปเพราะอากาศร้อนเบากว่าอากาศเย็น บนนั้นมันเย็นลง แล้วสิ่งที่มองไม่เห็นก็กลายเป็นเมฆ "
        "เมฆก้อนหนึ่งหนักเท่ากับช้างทั้งโขลง แล้วทำไมมันไม่ตกลงมา คำตอบซ่อนอยู่ในขนาดของหยดน้ำ ลมเบาที่สุดก็พยุงมันไว้ได้ "
        "แล้วแรงดึงดูดก็ชนะ เสียงที่ได้ยินบนหลังคาคืนนี้เดินทางมาเก้าวัน น้ำไม่เคยใหม่ มันเพียงย้ายที่อยู่"
    ),
    "ja": (
        "雨が降ります。なぜ降るのか、誰も聞きません。嵐のあとの水たまりには、空がまるごと映っています。一粒一"
        "粒は、目に見えない水蒸気でした。暖かい空気は冷たい空気より軽いので、上へ昇ります。そこで冷やされて、"
        "見えなかったものが雲になります。雲の重さは、象の群れと同じくらいです。では、なぜ落ちてこないのでしょ"
        "うか。答えは、粒の大きさにあります。やがて、重力が勝ちます。水は決して新しくなりません。ただ、住む場"
        "所を変えるだけです。"
    ),
    "zh": (
        "下雨了。没有人问为什么。暴风雨过后，整片天空都躺在路边的水坑里。每一滴水都曾是看不见的水汽。它往上升，"
        "因为热空气比冷空气轻。到了高处它变冷，看不见的东西就成了云。一朵云和一群大象一样重。那它为什么不掉下来？"
        "答案藏在水滴的大小里。最轻的风也能托住它们。后来，重力赢了。今晚屋顶上的声音已经走了九天。水从来不是新的，"
        "它只是换了个地方。"
    ),
    "ko": (
        "비가 내립니다. 왜 내리는지 아무도 묻지 않습니다. 폭풍이 지나가면 작은 웅덩이에 하늘이 통째로 담깁니다. 모든 "
        "물방울은 한때 보이지 않는 수증기였습니다. 따뜻한 공기는 찬 공기보다 가벼워서 위로 올라갑니다. 높은 곳에서 "
        "식으면 보이지 않던 것이 구름이 됩니다. 구름 하나는 코끼리 떼만큼 무겁습니다. 그런데 왜 떨어지지 않을까요? "
        "답은 물방울의 크기에 있습니다. 아주 약한 바람도 물방울을 떠받칩니다. 그러다 갑자기 중력이 이깁니다. 물은 "
        "결코 새것이 아니고, 사는 곳을 바꿀 뿐입니다."
    ),
}  # fmt: skip
# End of a sentence; in Thai, a space.
_SENTENCE = re.compile(r"\S[^.?!;。？؟।]*[.?!;。？؟।]")


def _sentences(language: str, tale: str) -> tuple[str, ...]:
    return tuple(f"{part} " for part in tale.split()) if language == "th" else tuple(_SENTENCE.findall(tale))


SENTENCES: Mapping[str, tuple[str, ...]] = {language: _sentences(language, tale) for language, tale in _TALES.items()}


def sentences(language: str) -> tuple[str, ...] | None:
    """The story in a language (BCP-47), sentence by sentence; None if it lacks the language or its script."""
    tag, _, region = language.lower().partition("-")
    return None if len(region) == 4 else SENTENCES.get(tag)
