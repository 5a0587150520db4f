"""Function words, by which phrases are told apart: articles, prepositions, conjunctions, auxiliaries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FunctionWords:
    """Function words of a language, in lower case."""

    # Prepositions and conjunctions: a break before them is good, one after them is bad.
    opening: frozenset[str]
    # Articles, possessives, auxiliaries, subject pronouns: a break after them is bad.
    leaning: frozenset[str]
    # Postpositions and particles: a break before them is bad.
    trailing: frozenset[str]


def _words(opening: str, leaning: str, trailing: str = "") -> FunctionWords:
    return FunctionWords(
        opening=frozenset(opening.split()), leaning=frozenset(leaning.split()), trailing=frozenset(trailing.split())
    )


_BY_LANGUAGE = {
    "en": _words(
        "and or but nor so because although though while when where which who whose how why if unless until since as "
        "than that "
        "of in on at to for from with by about into onto over under between through after before during without "
        "against toward towards upon within across around along behind beyond near like inside outside per",
        "a an the my your his her its our their this these those some any each every no not very more most all both "
        "i you he she it we they there is are was were be been am has have had do does did will would can "
        "could should "
        "may might must nearly almost roughly only even just quite rather one two three four five six seven "
        "eight nine ten hundred thousand million billion "
        "i'm it's that's we're they're you're don't doesn't can't isn't",
    ),
    "de": _words(
        "und oder aber denn sondern weil obwohl während wenn wo dass ob als wie damit bevor nachdem bis seit "
        "von in im an am auf zu zum zur für aus mit bei beim nach durch über unter zwischen vor hinter ohne "
        "gegen um pro je",
        "der die das den dem des ein eine einen einem einer eines kein keine mein dein sein ihr unser euer dieser "
        "diese dieses jeder jede jedes nicht sehr mehr ich du er sie es wir man ist sind war waren wird werden wurde "
        "hat haben hatte kann können muss müssen soll will etwa rund ungefähr fast circa ca. knapp nur sogar ganz",
    ),
    "fr": _words(
        "et ou mais donc car parce que qui quand où si lorsque puisque comme dont "
        "de du des à au aux en dans sur sous pour par avec sans entre vers chez après avant pendant depuis contre",
        "le la les un une mon ton son ma ta sa mes tes ses notre votre leur nos vos leurs ce cet cette ces "
        "chaque très "
        "plus ne pas je tu il elle on nous vous ils elles est sont était étaient a ont avait peut peuvent "
        "doit se environ "
        "presque seulement même",
    ),
    "es": _words(
        "y e o u pero porque aunque mientras cuando donde que quien si como "
        "de del a al en con por para sin sobre entre hacia hasta desde durante contra según tras",
        "el la los las un una unos unas mi tu su nuestro nuestra sus este esta estos estas ese esa cada muy más no "
        "yo él ella nosotros ellos se lo le es son era eran fue ha han había puede pueden debe casi unos "
        "solo incluso",
    ),
    "it": _words(
        "e ed o ma perché quando dove che chi se come mentre anche di del della dei delle a al alla ai in nel nella "
        "con per da dal dalla su sul sulla tra fra senza verso dopo prima durante contro",
        "il lo la i gli le un uno una mio tuo suo sua nostro vostro loro questo questa ogni molto più non "
        "io lui lei noi voi si è sono era erano ha hanno aveva può possono deve circa quasi solo anche",
    ),
    "pt": _words(
        "e ou mas porque embora quando onde que quem se como enquanto "
        "de do da dos das a ao à em no na nos nas com por pelo pela para sem sobre entre até desde durante contra",
        "o os as um uma meu minha seu sua nosso nossa este esta esse essa cada muito mais não "
        "eu ele ela nós eles elas é são era eram foi tem têm tinha pode podem deve quase cerca só até",
    ),
    "nl": _words(
        "en of maar want omdat hoewel terwijl wanneer waar die dat als dan zodat "
        "van in op aan te tot voor uit met bij naar door over onder tussen na zonder tegen om",
        "de het een mijn jouw zijn haar ons onze hun deze dit elke niet zeer meer ik jij hij zij ze wij we "
        "is was waren wordt worden werd heeft hebben had kan kunnen moet zal ongeveer bijna ruim alleen zelfs",
    ),
    "sv": _words(
        "och eller men för att om när där som än medan innan efter "
        "av i på till från med utan vid mot mellan över under genom hos åt ur kring sedan",
        "en ett den det de min din sin vår er hans hennes dess deras denna detta dessa varje inte mycket mer "
        "jag du han hon vi ni man är var har hade kan kunde ska skulle måste vill",
    ),
    "da": _words(
        "og eller men for at om når hvor som der end mens før efter "
        "af i på til fra med uden ved mod mellem over under gennem hos om siden",
        "en et den det de min din sin vores jeres hans hendes dets deres denne dette disse hver ikke meget mere "
        "jeg du han hun vi man er var har havde kan kunne skal skulle må vil",
    ),
    "nb": _words(
        "og eller men for at om når hvor som enn mens før etter "
        "av i på til fra med uten ved mot mellom over under gjennom hos siden",
        "en ei et den det de min din sin vår hans hennes dets deres denne dette disse hver ikke veldig mer "
        "jeg du han hun vi man er var har hadde kan kunne skal skulle må vil",
    ),
    "pl": _words(
        "i a o w z u oraz lub albo ale lecz bo że żeby aby gdy kiedy gdzie jak jeśli który która które którzy niż "
        "we ze na po do od ode dla bez nad pod przed przez przy za między wokół około podczas oprócz",
        "nie bardzo ten ta to te tego tej tym jego jej ich mój swój każdy się jest są był była było były "
        "może około prawie tylko nawet",
    ),
    "ru": _words(
        "и а но или что чтобы как когда где если потому который которая которое которые чем пока хотя "
        "в во с со к ко о об у на по до от из без для за над под перед при через между около после из-за",
        "не ни очень самый этот эта это эти его её их мой свой каждый был была было были есть почти только "
        "даже примерно",
    ),
    "uk": _words(
        "і й та а але або що щоб як коли де якщо бо який яка яке які ніж поки хоча "
        "в у з із зі до на по від без для за над під перед при про через між біля після",
        "не ні дуже цей ця це ці його її їх мій свій кожен був була було були є",
    ),
    "cs": _words(
        "a i o u k s v z ale nebo že aby když kde jak jestli který která které než protože zatímco "
        "ve ze ke se na po do od bez pro za nad pod před při přes mezi kolem během podle",
        "ne velmi ten ta to ti tento tato toto jeho její jejich můj svůj každý je jsou byl byla bylo byly může",
    ),
    "el": _words(
        "και ή αλλά γιατί ότι που πως όταν όπου αν από όπως ενώ "
        "σε στο στη στην στον στα στις στους με για χωρίς προς κατά μετά πριν μέχρι",
        "ο η το οι τα τον την του της των τους ένας μια μία ένα αυτός αυτή αυτό κάθε πολύ πιο δεν να θα "
        "είναι ήταν έχει είχε μπορεί",
    ),
    "ar": _words(
        "في من إلى على عن مع بين حتى منذ خلال بعد قبل تحت فوق عند حول دون أو ثم لكن لأن أن إن الذي التي عندما حيث كما",
        "هذا هذه ذلك تلك كل لا لم لن ما قد كان كانت يكون هو هي الساعة",
    ),
    "he": _words(
        "של על אל עם בין עד אחרי לפני תחת מעל ליד בלי או אבל כי אם אשר כאשר כמו את",
        "זה זו אלה כל לא מאוד יותר הוא היא הם היה הייתה היו יש אין",
    ),
    "tr": _words(
        "ve veya ama fakat çünkü",
        "bir bu şu o her çok daha en saat",
        "ile için gibi kadar göre sonra önce de da mi mı mu mü ki",
    ),
    "hi": _words(
        "और या लेकिन मगर क्योंकि कि जो जब जहाँ अगर तो फिर",
        "यह वह ये वे एक हर बहुत सबसे न नहीं मेरा मेरी मेरे",
        "में पर को का की के से ने तक वाला वाली वाले लिए साथ बाद पहले है हैं था थी थे",
    ),
}
_NONE = _words("", "")


def function_words(language: str) -> FunctionWords:
    """The function words of a language (a tag); none for one without a table."""
    return _BY_LANGUAGE.get(language.lower().partition("-")[0], _NONE)
