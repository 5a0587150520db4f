"""Sentence segmentation across abbreviations, ordinals and quotation marks."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four… Five", ("One.", "Two!", "Three?", "Four…", "Five")),
        (
            "4 Eier (Gr. M) trennen. Ein Lied (arr. J. Bach) hören.",
            ("4 Eier (Gr. M) trennen.", "Ein Lied (arr. J. Bach) hören."),
        ),
        ("(Yes! Really.) And (see p. 5). Well.", ("(Yes!", "Really.)", "And (see p. 5).", "Well.")),
        ("Friedrich II. – „der Große“ – baute am 5./6. Mai.", ("Friedrich II. – „der Große“ – baute am 5./6. Mai.",)),
        ("J.-P. Sartre, 2 mag. 1519, w III kw. 2024, бл. 250", ("J.-P. Sartre, 2 mag. 1519, w III kw. 2024, бл. 250",)),
        ("On panował w XIV w. Jan III wygrał.", ("On panował w XIV w.", "Jan III wygrał.")),
        ("W XIV w. Jan zbudował zamek.", ("W XIV w. Jan zbudował zamek.",)),
        ("За янв.–окт. 2024 г. литр стоил 60 руб. 15 коп.", ("За янв.–окт. 2024 г. литр стоил 60 руб. 15 коп.",)),
        ("Nach 2 Std. 15 Min. Pause. 5 Min. Danach Tee.", ("Nach 2 Std. 15 Min. Pause.", "5 Min.", "Danach Tee.")),
        ("In der 90.+3 Min. Gelb-Rot. Mit 58 Pkt. Erster.", ("In der 90.+3 Min. Gelb-Rot.", "Mit 58 Pkt. Erster.")),
        ("Sucedió a Carlos V. En Yuste murió.", ("Sucedió a Carlos V.", "En Yuste murió.")),
        (
            "Dauer: 8 Min. 19 Sek. W temp. 65°C. Zout, evt. 1 tl.",
            ("Dauer: 8 Min. 19 Sek.", "W temp. 65°C.", "Zout, evt. 1 tl."),
        ),
        ("Subiu para 11% a.a. O dólar caiu.", ("Subiu para 11% a.a.", "O dólar caiu.")),
        ("Is tea at 4 p.m. OK? He left at 4 p.m. Why?", ("Is tea at 4 p.m. OK?", "He left at 4 p.m.", "Why?")),
        (
            "Acme Corp. Q3 was good. He left Acme Corp. They paid.",
            ("Acme Corp. Q3 was good.", "He left Acme Corp.", "They paid."),
        ),
        ("Het is di. 12 nov. 2024. Ik zie di. 12 mensen.", ("Het is di. 12 nov. 2024.", "Ik zie di.", "12 mensen.")),
        ("Dr. Smith met Mrs. Jones. They left.", ("Dr. Smith met Mrs. Jones.", "They left.")),
        ("It is large, e.g. Jupiter. So i.e. Saturn.", ("It is large, e.g. Jupiter.", "So i.e. Saturn.")),
        ("The U.S. Army. J. S. Bach wrote. More.", ("The U.S. Army.", "J. S. Bach wrote.", "More.")),
        ("It is 3.5 m tall. See No. 5 there. No. Not so.", ("It is 3.5 m tall.", "See No. 5 there.", "No.", "Not so.")),
        ("In 1969. Then.", ("In 1969.", "Then.")),
        (
            "Take Rte. 66, ext. 12, tel. (212) 555. Smith Co. Ltd. sold.",
            ("Take Rte. 66, ext. 12, tel. (212) 555.", "Smith Co. Ltd. sold."),
        ),
        ("วันที่ 5 มี.ค. 2567 เวลา", ("วันที่ 5 มี.ค. 2567 เวลา",)),
        (
            "Es sind 4,12 Bio. Euro. Art.-Nr. 4711. Alles ist Bio. Der Preis.",
            ("Es sind 4,12 Bio. Euro.", "Art.-Nr. 4711.", "Alles ist Bio.", "Der Preis."),
        ),
        (
            "Das war Apollo 11. Armstrong stieg am 20. Juli aus.",
            ("Das war Apollo 11.", "Armstrong stieg am 20. Juli aus."),
        ),
        ("Am 3. Oktober. Ende.", ("Am 3. Oktober.", "Ende.")),
        ("I was 12. I got stung. None. 13. They left.", ("I was 12.", "I got stung.", "None.", "13.", "They left.")),
        ("She counted, and — oh! — the sun came up.", ("She counted, and — oh! — the sun came up.",)),
        ("Er kam am 3. Er ging am 5. Tag.", ("Er kam am 3.", "Er ging am 5. Tag.")),
        ("Das gilt z.B. Hunden usw. Ende.", ("Das gilt z.B. Hunden usw.", "Ende.")),
        ("Es sind 3,5 Mio. Menschen und 2 Mrd. Euro. Ende.", ("Es sind 3,5 Mio. Menschen und 2 Mrd. Euro.", "Ende.")),
        ("Frau Dr. Maier und Fr. Lang. Ende.", ("Frau Dr. Maier und Fr. Lang.", "Ende.")),
        ("On Sept. 11 it rained. In May. Then.", ("On Sept. 11 it rained.", "In May.", "Then.")),
        ("En EE. UU. hay más, p. ej. Texas. Fin.", ("En EE. UU. hay más, p. ej. Texas.", "Fin.")),
        ("Lo dice la pág. 5 de la Dra. Ruiz. Fin.", ("Lo dice la pág. 5 de la Dra. Ruiz.", "Fin.")),
        ("Il Sig. Rossi, ad es. Roma, pag. 123. Fine.", ("Il Sig. Rossi, ad es. Roma, pag. 123.", "Fine.")),
        (
            "En 50 av. J.-C. déjà, p. ex. Paris, env. 500. Fin.",
            ("En 50 av. J.-C. déjà, p. ex. Paris, env. 500.", "Fin."),
        ),
        ("Np. Warszawa, m.in. Kraków, ok. 5 km, str. 7.", ("Np. Warszawa, m.in. Kraków, ok. 5 km, str. 7.",)),
        ("Bądź o godz. 11.00. Ul. Długa 5.", ("Bądź o godz. 11.00.", "Ul. Długa 5.")),
        ("TP. Hồ Chí Minh đông. Hết.", ("TP. Hồ Chí Minh đông.", "Hết.")),
        ("Stora städer, t.ex. Lund, bl.a. Malmö. Slut.", ("Stora städer, t.ex. Lund, bl.a. Malmö.", "Slut.")),
        ("Напр. Москва, проф. Иванов, рис. 125. Конец.", ("Напр. Москва, проф. Иванов, рис. 125.", "Конец.")),
        ("Δηλ. η Αθήνα, βλ. Πλάτων, σελ. 125. Τέλος.", ("Δηλ. η Αθήνα, βλ. Πλάτων, σελ. 125.", "Τέλος.")),
        ("डॉ. शर्मा और प्रो. वर्मा। अंत।", ("डॉ. शर्मा और प्रो. वर्मा।", "अंत।")),
        ("Ich mag es. Du auch.", ("Ich mag es.", "Du auch.")),
        ('"Why?" she asked. "Yes." He left.', ('"Why?" she asked.', '"Yes."', "He left.")),
        ("Wait... what? Oh.", ("Wait... what?", "Oh.")),
        ("天空是蓝色的。为什么？「散射！」", ("天空是蓝色的。", "为什么？", "「散射！」")),
        ("क्यों है। यह है।", ("क्यों है।", "यह है।")),
        ("... Hello. !!!", ("... Hello. !!!",)),
        ("It is 1 − x²/(2!) − …, they say. Then go.", ("It is 1 − x²/(2!) − …, they say.", "Then go.")),
        ("Multiply p1 · p2 · … · pn + 1. Then go.", ("Multiply p1 · p2 · … · pn + 1.", "Then go.")),
        ("we all sleep too little. so do cats. ok", ("we all sleep too little.", "so do cats. ok")),
        ("bring forks, knives, cups etc. and a spoon", ("bring forks, knives, cups etc. and a spoon",)),
        ("We live near St. james park. now.", ("We live near St. james park. now.",)),
        (f"So {'very ' * 40}long. then more.", (f"So {'very ' * 40}long.", "then more.")),
        ("He met J. P. Morgan. It cost Rs. 500. Fin.", ("He met J. P. Morgan.", "It cost Rs. 500.", "Fin.")),
        (
            "Im XIX. Jahrhundert. XIV. Louis. Heinrich VIII. Da.",
            ("Im XIX. Jahrhundert.", "XIV. Louis.", "Heinrich VIII.", "Da."),
        ),
        ("« Halte ! » Puis « Non », dit-il.", ("« Halte ! »", "Puis « Non », dit-il.")),
        ("Er rief: »Halt!« »Komm!« Ende.", ("Er rief: »Halt!«", "»Komm!«", "Ende.")),
        ("彼は「止まれ。」と言った。「来い。」「行け。」", ("彼は「止まれ。」と言った。", "「来い。」", "「行け。」")),
        (
            "Nel sec. XIX. Poi. Mind. 5 km. His mind. Then.",
            ("Nel sec. XIX.", "Poi.", "Mind. 5 km.", "His mind.", "Then."),
        ),
        (
            "Dña. Ana. Przy ul. Długiej i św. Jana. На пл. Мира.",
            ("Dña. Ana.", "Przy ul. Długiej i św. Jana.", "На пл. Мира."),
        ),
        # An abbreviation before a number, also one of the Romans.
        (
            "In der Hauptstr. 5 sind max. 10 Personen. Es dauert 5 min. 10 kamen.",
            ("In der Hauptstr. 5 sind max. 10 Personen.", "Es dauert 5 min.", "10 kamen."),
        ),
        ("See Sec. 5 and Apt. 3B. Wait 5 sec. 3 left.", ("See Sec. 5 and Apt. 3B.", "Wait 5 sec.", "3 left.")),
        ("Voir chap. IV, dell'art. 5 e cfr. Roma. Fin.", ("Voir chap. IV, dell'art. 5 e cfr. Roma.", "Fin.")),
        ("По ст. 15 в 90-х гг. XX в. Он ушёл.", ("По ст. 15 в 90-х гг. XX в.", "Он ушёл.")),
        # Degrees, firms, measures and hours, told by what is around them.
        ("Dr. med. Müller kam med. Dann ging er.", ("Dr. med. Müller kam med.", "Dann ging er.")),
        ("Prof. Dr. rer. nat. Ott und dr hab. Nowak. Ende.", ("Prof. Dr. rer. nat. Ott und dr hab. Nowak.", "Ende.")),
        ("Meier & Co. KG nimmt 1 Pck. Vanille. Ende.", ("Meier & Co. KG nimmt 1 Pck. Vanille.", "Ende.")),
        (
            "Open Sat. 10 a.m.–5 p.m., сб. 10–14. They sat. 10 men came.",
            ("Open Sat. 10 a.m.–5 p.m., сб. 10–14.", "They sat.", "10 men came."),
        ),
        ("Am 3.10. Berlin. Es kostet 3.10. Berlin.", ("Am 3.10. Berlin.", "Es kostet 3.10.", "Berlin.")),
        ("Er kam am 3.10. Sie ging.", ("Er kam am 3.10.", "Sie ging.")),
        (
            "Парк им. Горького. Я дал это им. Горького нет. Дом им. М. Горького.",
            ("Парк им. Горького.", "Я дал это им.", "Горького нет.", "Дом им. М. Горького."),
        ),
        # What can only begin another sentence, behind an abbreviation and behind a number.
        (
            "He lives in the U.S. It is big. In the U.S. I met him.",
            ("He lives in the U.S.", "It is big.", "In the U.S. I met him."),
        ),
        ("I had Plan B. It failed. Bob Jr. He knows.", ("I had Plan B.", "It failed.", "Bob Jr.", "He knows.")),
        ("Das gilt z. B. Die Zeit sagt es.", ("Das gilt z. B. Die Zeit sagt es.",)),
        ("В 1837 г. Он был. В 1837 г. Пушкин умер.", ("В 1837 г.", "Он был.", "В 1837 г. Пушкин умер.")),
        ("Zmarł w 2010 r. Był znany. W 2010 r. Polska.", ("Zmarł w 2010 r.", "Był znany.", "W 2010 r. Polska.")),
        ("И т. д. Рост. Вес 5 т. Он.", ("И т. д.", "Рост.", "Вес 5 т.", "Он.")),
        ("A las 18:00 h. Sábado. Son 5 l. Fin.", ("A las 18:00 h.", "Sábado.", "Son 5 l.", "Fin.")),
        ("Tel. 91 123 45 67. Calle Mayor. Nr. 5. Danach.", ("Tel. 91 123 45 67.", "Calle Mayor.", "Nr. 5.", "Danach.")),
        ('"Why?" I asked. "No." I left.', ('"Why?" I asked.', '"No."', "I left.")),
        ("En 52 av. J.-C. César, apr. J.-C. Rome. Fin.", ("En 52 av. J.-C. César, apr. J.-C. Rome.", "Fin.")),
        ("Tél. 06.12. Le 14 juill. 1789, op. 27.", ("Tél. 06.12.", "Le 14 juill. 1789, op. 27.")),
        ("Q: Age? A: 42. Q: Why?", ("Q: Age?", "A: 42.", "Q: Why?")),
        ("It burns. pH 7 is normal. iPhones do not.", ("It burns.", "pH 7 is normal.", "iPhones do not.")),
        ("That is Bob's. It is red.", ("That is Bob's.", "It is red.")),
        # Quotation marks that open in one language and close in another.
        ("Er rief: „Halt!“ Dann: „Ja.“ Ende.", ("Er rief: „Halt!“", "Dann: „Ja.“", "Ende.")),
        ("« Il dit : “Viens !” », dit-il. Fin.", ("« Il dit : “Viens !” », dit-il.", "Fin.")),
        ("他走了。“为什么？”好。", ("他走了。", "“为什么？”", "好。")),
        ("no end", ("no end",)),
        ("", ()),
    ],
)
def test_sentences_are_split_at_their_ends(text: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(alphabet='aB1 .!?…。！」)"—\n', max_size=60))
def test_no_letter_is_lost_between_sentences(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


def test_labels_and_adjectives_belong_to_what_follows() -> None:
    text = "P.S. Nobody knew the Dt. Börse. Why? The engl. König did."

    assert split_sentences(text) == ("P.S. Nobody knew the Dt. Börse.", "Why?", "The engl. König did.")


@pytest.mark.parametrize("language", ["en", "fr", "es", "it", "pt-BR", "nl", "ru"])
def test_a_number_ends_a_sentence_in_languages_that_write_no_ordinals_with_a_full_stop(language: str) -> None:
    assert split_sentences("Ronaldo 12. Messi 15.", language) == ("Ronaldo 12.", "Messi 15.")
    assert len(split_sentences("1. Messi 2. Ronaldo", language)) == 1


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        (
            "en",
            "White plays 1. e4 e5 2. Nf3 Nc6. Then 3. Bb5.",
            ("White plays 1. e4 e5 2. Nf3 Nc6.", "Then 3.", "Bb5."),
        ),
        ("en", "Pack: 1. Tent 2. Rope", ("Pack: 1. Tent 2. Rope",)),
        ("de", "Mahlers 5. Sinfonie dauert am 12. Mai lange.", ("Mahlers 5. Sinfonie dauert am 12. Mai lange.",)),
        ("de", "Er ist 42. Niemand glaubt es.", ("Er ist 42.", "Niemand glaubt es.")),
        ("de", "Sie ist 1. Vorsitzende.", ("Sie ist 1. Vorsitzende.",)),
        ("de", "Die Zahl stieg von 3 auf 12. Alle staunen.", ("Die Zahl stieg von 3 auf 12.", "Alle staunen.")),
        ("de", "1609: 60. 1959: 61. 1969: 60,5.", ("1609: 60.", "1959: 61.", "1969: 60,5.")),
        ("de", "Es war am 12. 5. 2019 um 8 Uhr.", ("Es war am 12. 5. 2019 um 8 Uhr.",)),
        ("de", "Es war am 12. 15:30 Uhr war es.", ("Es war am 12. 15:30 Uhr war es.",)),
        ("tr", "Savaş, 2. Dünya Savaşı bitti.", ("Savaş, 2. Dünya Savaşı bitti.",)),
        ("", "He scored 12. Messi scored 15.", ("He scored 12. Messi scored 15.",)),
    ],
)
def test_a_number_with_a_full_stop_is_an_ordinal_only_where_the_language_writes_it_so(
    language: str, text: str, sentences: tuple[str, ...]
) -> None:
    assert split_sentences(text, language) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Doors open at 9 a.m. Tickets are $5.", ("Doors open at 9 a.m.", "Tickets are $5.")),
        ("It closes at 5 P.M. Visitors leave.", ("It closes at 5 P.M.", "Visitors leave.")),
        ("It starts at 10 a.m. Monday in Room 5.", ("It starts at 10 a.m. Monday in Room 5.",)),
        ("It opens at 9 a.m. EST and 5 p.m. GMT.", ("It opens at 9 a.m. EST and 5 p.m. GMT.",)),
        ("He left at 5 p.m. Nov. 3 for good.", ("He left at 5 p.m. Nov. 3 for good.",)),
        ("At 9 a.m. Smith arrived.", ("At 9 a.m. Smith arrived.",)),
        ("He lived in the U.S. Many did.", ("He lived in the U.S.", "Many did.")),
        ("The U.S. Department of Energy", ("The U.S. Department of Energy",)),
        ("He ran 100 m in 9.58 s. The record stands.", ("He ran 100 m in 9.58 s.", "The record stands.")),
        ("It draws 450 W. Its rival draws less.", ("It draws 450 W.", "Its rival draws less.")),
    ],
)
def test_hours_countries_and_units_may_end_a_sentence(text: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(text, "en") == sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Николай отрёкся в 1917 г. Началась революция.", 2),
        ("Никто не знал, когда в 1917 г. Ленин вернулся.", 1),
        ("12 апреля 1961 г. Юрий Гагарин полетел.", 1),
        ("Jan Paweł II zmarł 2 kwietnia 2005 r. Miał 84 lata.", 2),
        ("Dnia 2 kwietnia 2005 r. Jan Paweł II zmarł.", 1),
    ],
)
def test_the_abbreviation_of_year_ends_a_sentence_that_says_more_than_the_date(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ('他说："走吧。"然后离开了。', ('他说："走吧。"', "然后离开了。")),
        ('他走了。"你好。"她说。', ("他走了。", '"你好。"', "她说。")),
        ('彼は"行こう。"と言った。次の文。', ('彼は"行こう。"と言った。', "次の文。")),
    ],
)
def test_straight_quotes_open_and_close_in_turn_after_an_ideographic_full_stop(
    text: str, sentences: tuple[str, ...]
) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize("repeated", [".", ". ", "1. ", "A. ", "… ", "?!\n"])
def test_endless_repetition_is_handled_in_linear_time(repeated: str) -> None:
    begun = process_time()

    split_sentences(repeated * 30_000)

    assert process_time() - begun < 10
