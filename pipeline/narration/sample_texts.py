"""Sample sentences in many languages, to preview voices and to measure their pace.

They have no digits, names or abbreviations, which a voice would have to guess. All say the same, in about ten seconds,
so their durations are comparable.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.language.tags import truncations

# By BCP-47 tag in lower case.
SAMPLE_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "en": "When the sun goes down, the sky turns red, because its light has a longer way through the air. "
        "Wait a little, and you will see the first star above the roofs.",
        "af": "Wanneer die son sak, word die lug rooi, omdat die lig 'n langer pad deur die atmosfeer moet aflê. "
        "Wag nog 'n rukkie, en jy sal die eerste ster bokant die dakke sien.",
        "ar": "عندما تغرب الشمس تصبح السماء حمراء، لأن ضوءها يقطع طريقا أطول عبر الهواء. "
        "انتظر قليلا وسوف ترى أول نجمة فوق أسطح البيوت.",
        "bg": "Когато слънцето залезе, небето става червено, защото светлината изминава по-дълъг път през въздуха. "
        "Почакай още малко и ще видиш първата звезда над покривите.",
        "bn": "সূর্য ডোবার সময় আকাশ লাল হয়ে যায়, কারণ তার আলো বাতাসের মধ্য দিয়ে দীর্ঘতর পথ পাড়ি দেয়। "
        "আর একটু অপেক্ষা করুন, ছাদের ওপরে প্রথম তারাটি দেখতে পাবেন।",
        "ca": "Quan el sol es pon, el cel es torna vermell, perquè la seva llum recorre un camí més llarg a través de "
        "l'aire. Espera una mica més i veuràs el primer estel damunt les teulades.",
        "cs": "Když slunce zapadá, nebe zčervená, protože světlo má delší cestu vzduchem. "
        "Počkej ještě chvíli a uvidíš první hvězdu nad střechami.",
        "cy": "Pan fydd yr haul yn machlud, mae'r awyr yn troi'n goch, oherwydd bod y golau yn teithio ymhellach "
        "drwy'r aer. Arhoswch ychydig, ac fe welwch y seren gyntaf uwchben y toeau.",
        "da": "Når solen går ned, bliver himlen rød, fordi lyset har en længere vej gennem luften. "
        "Vent lidt endnu, så ser du den første stjerne over tagene.",
        "de": "Wenn die Sonne untergeht, wird der Himmel rot, weil ihr Licht einen längeren Weg durch die Luft "
        "zurücklegt. Warte noch ein wenig, dann siehst du den ersten Stern über den Dächern.",
        "el": "Όταν δύει ο ήλιος, ο ουρανός γίνεται κόκκινος, γιατί το φως του διανύει μεγαλύτερη απόσταση μέσα από "
        "τον αέρα. Περιμένετε λίγο ακόμη και θα δείτε το πρώτο αστέρι πάνω από τις στέγες.",
        "es": "Cuando se pone el sol, el cielo se vuelve rojo, porque su luz recorre un camino más largo a través del "
        "aire. Espera un poco más y verás la primera estrella sobre los tejados.",
        "et": "Kui päike loojub, muutub taevas punaseks, sest valgus läbib õhus pikema tee. "
        "Oota veel natuke ja sa näed katuste kohal esimest tähte.",
        "fa": "وقتی خورشید غروب می‌کند، آسمان سرخ می‌شود، چون نور آن راه درازتری را در هوا می‌پیماید. "
        "کمی دیگر صبر کنید تا نخستین ستاره را بالای بام‌ها ببینید.",
        "fi": "Kun aurinko laskee, taivas muuttuu punaiseksi, koska valo kulkee pidemmän matkan ilman läpi. "
        "Odota vielä hetki, niin näet ensimmäisen tähden kattojen yllä.",
        "fil": "Kapag lumulubog ang araw, nagiging pula ang langit, dahil mas mahaba ang dinaraanan ng liwanag sa "
        "hangin. Maghintay ka pa nang kaunti, at makikita mo ang unang bituin sa ibabaw ng mga bubong.",
        "fr": "Quand le soleil se couche, le ciel devient rouge, parce que sa lumière parcourt un plus long chemin à "
        "travers l'air. Attendez encore un peu, et vous verrez la première étoile au-dessus des toits.",
        "ga": "Nuair a théann an ghrian faoi, éiríonn an spéir dearg, mar go dtaistealaíonn an solas níos faide tríd "
        "an aer. Fan tamall beag eile, agus feicfidh tú an chéad réalta os cionn na ndíonta.",
        "gl": "Cando o sol se pon, o ceo vólvese vermello, porque a súa luz percorre un camiño máis longo a través do "
        "aire. Agarda un pouco máis e verás a primeira estrela sobre os tellados.",
        "gu": "જ્યારે સૂરજ ડૂબે છે ત્યારે આકાશ લાલ થઈ જાય છે, કારણ કે તેનો પ્રકાશ હવામાં વધુ લાંબો રસ્તો કાપે છે. "
        "થોડી વધુ રાહ જુઓ, તમને છત ઉપર પહેલો તારો દેખાશે.",
        "he": "כשהשמש שוקעת השמיים נעשים אדומים, כי האור שלה עובר דרך ארוכה יותר באוויר. "
        "חכו עוד מעט, ותראו את הכוכב הראשון מעל גגות הבתים.",
        "hi": "जब सूरज डूबता है तो आसमान लाल हो जाता है, क्योंकि उसकी रोशनी हवा में ज़्यादा लंबा रास्ता तय करती है। "
        "थोड़ा और इंतज़ार कीजिए, आपको छतों के ऊपर पहला तारा दिखाई देगा।",
        "hr": "Kad sunce zađe, nebo postane crveno jer svjetlost prelazi duži put kroz zrak. "
        "Pričekaj još malo i vidjet ćeš prvu zvijezdu iznad krovova.",
        "hu": "Amikor lemegy a nap, az ég vörös lesz, mert a fény hosszabb utat tesz meg a levegőben. "
        "Várj még egy kicsit, és meglátod az első csillagot a háztetők fölött.",
        "id": "Ketika matahari terbenam, langit menjadi merah, karena cahayanya menempuh jalan yang lebih panjang "
        "melalui udara. Tunggulah sebentar lagi, dan Anda akan melihat bintang pertama di atas atap rumah.",
        "is": "Þegar sólin sest verður himinninn rauður, því að ljósið fer lengri leið í gegnum loftið. "
        "Bíddu aðeins lengur og þá sérðu fyrstu stjörnuna yfir þökunum.",
        "it": "Quando il sole tramonta, il cielo diventa rosso, perché la sua luce percorre un cammino più lungo "
        "attraverso l'aria. Aspetta ancora un po' e vedrai la prima stella sopra i tetti.",
        "ja": "日が沈むと空が赤くなるのは、光が空気の中をより長く進むからです。"
        "もう少し待つと、屋根の上に最初の星が見えてきます。",
        "ko": "해가 질 때 하늘이 붉어지는 것은 햇빛이 공기 속을 더 멀리 지나오기 때문입니다. "
        "조금만 더 기다리면 지붕 위로 첫 번째 별이 보일 것입니다.",
        "lt": "Kai saulė leidžiasi, dangus parausta, nes šviesa per orą keliauja ilgesnį kelią. "
        "Palauk dar truputį ir virš stogų pamatysi pirmąją žvaigždę.",
        "lv": "Kad saule noriet, debesis kļūst sarkanas, jo gaismai ir garāks ceļš cauri gaisam. "
        "Pagaidi vēl mazliet, un tu ieraudzīsi pirmo zvaigzni virs jumtiem.",
        "mr": "सूर्य मावळतो तेव्हा आकाश लाल होते, कारण त्याचा प्रकाश हवेतून जास्त लांबचा प्रवास करतो. "
        "थोडे थांबा, म्हणजे तुम्हाला घरांच्या छपरांवर पहिला तारा दिसेल.",
        "ms": "Apabila matahari terbenam, langit menjadi merah, kerana cahayanya menempuh jalan yang lebih jauh "
        "melalui udara. Tunggu sebentar lagi, dan anda akan melihat bintang pertama di atas bumbung rumah.",
        "nb": "Når solen går ned, blir himmelen rød, fordi lyset har en lengre vei gjennom luften. "
        "Vent litt til, så ser du den første stjernen over takene.",
        "nl": "Als de zon ondergaat, wordt de hemel rood, omdat haar licht een langere weg door de lucht aflegt. "
        "Wacht nog even, dan zie je de eerste ster boven de daken.",
        "pl": "Kiedy słońce zachodzi, niebo robi się czerwone, ponieważ światło pokonuje dłuższą drogę przez "
        "powietrze. Poczekaj jeszcze chwilę, a zobaczysz pierwszą gwiazdę nad dachami.",
        "pt": "Quando o sol se põe, o céu fica vermelho, porque a sua luz percorre um caminho mais longo através do "
        "ar. Espere mais um pouco e verá a primeira estrela acima dos telhados.",
        "ro": "Când apune soarele, cerul devine roșu, pentru că lumina lui străbate un drum mai lung prin aer. "
        "Mai așteaptă puțin și vei vedea prima stea deasupra acoperișurilor.",
        "ru": "Когда солнце садится, небо становится красным, потому что свет проходит более длинный путь сквозь "
        "воздух. Подождите ещё немного, и вы увидите первую звезду над крышами.",
        "sk": "Keď slnko zapadá, obloha sčervenie, pretože svetlo má dlhšiu cestu vzduchom. "
        "Počkaj ešte chvíľu a uvidíš prvú hviezdu nad strechami.",
        "sl": "Ko sonce zaide, nebo postane rdeče, ker ima svetloba daljšo pot skozi zrak. "
        "Počakaj še malo in videl boš prvo zvezdo nad strehami.",
        "sr": "Кад сунце зађе, небо постане црвено јер светлост прелази дужи пут кроз ваздух. "
        "Сачекај још мало и видећеш прву звезду изнад кровова.",
        "sv": "När solen går ner blir himlen röd, eftersom ljuset har en längre väg genom luften. "
        "Vänta en liten stund till, så ser du den första stjärnan över taken.",
        "sw": "Jua linapozama, anga huwa jekundu, kwa sababu mwanga wake hupita njia ndefu zaidi hewani. "
        "Subiri kidogo, na utaona nyota ya kwanza juu ya mapaa ya nyumba.",
        "ta": "சூரியன் மறையும்போது வானம் சிவப்பாக மாறுகிறது, ஏனெனில் அதன் ஒளி காற்றின் வழியே நீண்ட தூரம் பயணிக்கிறது. "
        "இன்னும் சிறிது நேரம் காத்திருங்கள், கூரைகளுக்கு மேலே முதல் நட்சத்திரத்தைக் காண்பீர்கள்.",
        "te": "సూర్యుడు అస్తమించేటప్పుడు ఆకాశం ఎర్రగా మారుతుంది, ఎందుకంటే దాని వెలుగు గాలిలో ఎక్కువ దూరం ప్రయాణిస్తుంది. "
        "ఇంకొంచెం సేపు ఆగండి, ఇళ్ల పైకప్పుల మీద మొదటి నక్షత్రం కనిపిస్తుంది.",
        # Thai ends sentences with a space.
        "th": "เมื่อพระอาทิตย์ตก ท้องฟ้าจะกลายเป็นสีแดง เพราะแสงต้องเดินทางผ่านอากาศเป็นระยะทางที่ไกลขึ้น "
        "รออีกสักครู่ แล้วคุณจะเห็นดาวดวงแรกเหนือหลังคาบ้าน",
        "tr": "Güneş batarken gökyüzü kızıla döner, çünkü ışığı havanın içinde daha uzun bir yol kat eder. "
        "Biraz daha bekleyin, çatıların üzerinde ilk yıldızı göreceksiniz.",
        "uk": "Коли сонце сідає, небо стає червоним, тому що світло проходить довший шлях крізь повітря. "
        "Зачекайте ще трохи, і ви побачите першу зірку над дахами.",
        "ur": "جب سورج ڈوبتا ہے تو آسمان سرخ ہو جاتا ہے، کیونکہ اس کی روشنی ہوا میں زیادہ لمبا راستہ طے کرتی ہے۔ "
        "تھوڑا اور انتظار کریں، آپ کو چھتوں کے اوپر پہلا ستارہ نظر آئے گا۔",
        "vi": "Khi mặt trời lặn, bầu trời chuyển sang màu đỏ, vì ánh sáng phải đi một quãng đường dài hơn qua không "
        "khí. Hãy chờ thêm một chút, bạn sẽ thấy ngôi sao đầu tiên phía trên những mái nhà.",
        "zh": "太阳落山的时候，天空会变红，因为阳光要在空气中走更长的路。再等一会儿，你就会在屋顶上方看到第一颗星星。",
        "zh-hant": "太陽下山的時候，天空會變紅，因為陽光要在空氣中走更長的路。"
        "再等一會兒，你就會在屋頂上方看到第一顆星星。",
    }
)
# Deprecated codes, and codes that voices use.
_ALIASES = {
    "no": "nb",
    "nn": "nb",
    "iw": "he",
    "in": "id",
    "tl": "fil",
    "cmn": "zh",
    "yue": "zh-hant",
    "zh-tw": "zh-hant",
    "zh-hk": "zh-hant",
    "zh-mo": "zh-hant",
}


def sample_text(language: str) -> str | None:
    """The sample for a BCP-47 tag, or for the tag without its region; None: there is none in the language."""
    known = (_ALIASES.get(tag, tag) for tag in truncations(language.replace("_", "-").lower()))
    return next((SAMPLE_TEXTS[tag] for tag in known if tag in SAMPLE_TEXTS), None)
