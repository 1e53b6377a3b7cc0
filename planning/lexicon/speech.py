"""Small words that tell what a stretch of a prompt does: asks, promises, directs, or sets a scene."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


LANGUAGES = {
    "en": word_set("the a an of and for with in to that is on your our by from"),
    "de": word_set(
        "der die das und für mit ein eine einen im ist aus wir von auf unser unsere den dem bei zum zur "
        "jetzt über vom am nach ohne werbung"
    ),
    "fr": word_set(
        "le la les des et pour avec une un du dans est nous notre aux sur qui au votre vos sans de"
    ),
    "es": word_set("el la los las y para con una un del en es nuestro nuestra por que al tu sin de"),
    "it": word_set("il lo la gli e per con una un del della dei nel è che di al tuo senza"),
    "pt": word_set("o a os as e para com uma um do da no na em que seu sua de sem"),
    "nl": word_set("de het een en voor met van in is op ons onze bij naar uit zonder jouw"),
    "pl": word_set("i w z na do dla jest się nie od po przy oraz bez"),
    "sv": word_set("och för med en ett den det i på av till är som utan"),
    "tr": word_set("ve bir için ile bu da de en çok gibi"),
}
"""Words by which a language is told."""

CALLS = word_set(
    "book shop join order preorder try reserve buy download subscribe visit register apply donate request "
    "schedule grab claim install rsvp enrol enroll adopt "
    # German
    "bestell bestelle bestellen kauf kaufe kaufen buche buchen hol hole sicher sichere probier probiere "
    "teste testen entdecke entdecken besuche besuchen reserviere reservieren erlebe registriere abonniere "
    # French
    "commandez commande achetez achète réservez découvrez essayez essaie rejoignez téléchargez visitez "
    "inscrivez goûtez abonnez "
    # Spanish
    "compra pide descubre prueba únete descarga visita regístrate suscríbete consigue compre pida pruebe "
    # Italian, Portuguese, Dutch
    "ordina prenota acquista scopri prova scarica iscriviti unisciti peça descubra experimente baixe visite "
    "bestel koop boek reserveer ontdek probeer bezoek "
    # Russian
    "закажите купите попробуйте забронируйте скачайте узнайте закажи купи попробуй"
)
"""Verbs that open a call to action."""

CLOSING_CALLS = word_set(
    "discover explore start learn find come listen stream follow meet watch get sign pre claim switch "
    "start begin taste call contact tap swipe see play read"
)
"""Verbs that open one only in the last sentence, or with one of :data:`CALL_ENDS`."""

CALL_ENDS = word_set(
    "now today free yours here us tonight online waitlist app more started up in order jetzt heute "
    "maintenant ahora hoy"
)
"""Last words that make sure of a call."""

CALL_PARTICLES = ("今すぐ", "いますぐ", "立即", "马上", "지금")
CALL_PHRASES = (
    "jetzt",
    "mehr erfahren",
    "en savoir plus",
    "más información",
    "meer weten",
    "sign up",
    "pre order",
    "get yours",
    "get started",
    "learn more",
    "find out more",
)
"""Openings of a call that are not one verb."""

VERBS = word_set(
    "glide arrive save feel wake stay run ride drink taste hear go grow sleep dream live love move "
    "travel wander roam fly float breathe relax rest play dance sing laugh smile share give take bring "
    "carry hold keep turn make own rule beat win climb hike walk step leap jump swim surf dive sail "
    "drift cruise drive charge recharge skip lose forget remember leave escape find chase catch seize "
    "embrace unlock unleash reach rise shine glow bloom nourish hydrate protect cleanse soothe restore "
    "renew refresh fuel power boost build craft cook bake brew pour sip savour savor bite eat enjoy "
    "indulge treat spend invest earn pay send track plan manage simplify automate connect meet talk "
    "speak listen see look watch read learn rethink reimagine discover begin start finish work focus "
    "train push lift wear pack launch trust slow warm kick lace trade dare be become belong come return "
    "stand outrun light explore get put fall open think do know let leave split never always"
)
"""Base forms that open a promise: "glide through the morning"."""

DIRECTED = word_set("make keep see watch start begin finish focus think let turn put take bring play be")
DIRECTIONS = word_set("it a an the with on in at as this them him her from there to dark")
"""A verb of the first set with a word of the second after it speaks to the director, not to the viewer."""

OPENERS = word_set(
    "small more less no zero never always every all your faster lighter softer better fresh freshly "
    "handmade built made real free pure sustainable vegan organic waterproof lightweight delivered "
    "ready ethically locally natural recycled single cold guaranteed designed crafted born grown "
    "instant fair honest plant because small-batch stronger smarter simpler brighter quieter roasted "
    "baked hand poured hand-poured hand-made cruelty-free naturally proudly carefully slowly full two "
    "one ten nothing everything anywhere whatever wherever whenever lasts perfectly simply finally "
    "forever together powered enough light as first last what where when why how you your you're we our "
    "i'm it's there's life"
)
"""Words that open a promise and are no verb."""

PARTICIPLES = word_set(
    "made built designed crafted roasted baked poured grown born powered brewed engineered tailored "
    "woven sewn forged distilled picked tuned"
)
"""After them, with one of :data:`BOUND`, a longer clause holds a phrase that stands alone."""

BOUND = word_set("from for in to by with of on without")

OBSERVERS = word_set(
    "see open cut follow zoom start watch hear move meet show want need have look end find get love go are"
)
"""After "we": a director or a client talks."""

PREPOSITIONS = word_set(
    "in at on by near over under across behind before after during while as through into of to toward "
    "towards about around against between like from for with using featuring where when including im am "
    "bei beim auf aus vor nach über unter zwischen während dans sur sous chez vers au aux de du des à "
    "en sobre bajo entre desde hacia del al durante"
)

DANGLING = word_set(
    "a an the of for to in on at by or but your our is are was from as than into and with that this its "
    "their der die das ein eine und für mit im von zu le la les un une et pour avec du de el los las y "
    "para con very so my his her"
)
"""A phrase does not end here."""

ARTICLES = word_set("a an the eine ein der die das une un una le la les el los las il lo l'")

PERSONS = word_set(
    "he she they it him her them who someone somebody people i this these those that its their"
)

STAGE = word_set(
    "ad ads advert commercial spot video film clip scene scenes shot shots camera caption captions logo "
    "viewer audience footage werbung anzeige werbespot publicité publicite anuncio show shows showing "
    "mood tone tones style styles vibe vibes cta tagline slogan soundtrack song track lyrics overlay "
    "cinematic palette aesthetic lighting b-roll storyboard aspect ratio vertical voiceover voice-over "
    "montage close-up closeup closeups timelapse drone bokeh 4k hd reel teaser trailer advertisement "
    "stimmung farbtöne werbefilm target demographic think реклама ролик видео"
)
"""Words of those who make films: a phrase with one of them is an instruction."""

STYLE = word_set(
    "soft warm cool muted bright dark rich deep pastel minimal minimalist clean modern slick sleek "
    "gritty moody dreamy ethereal elegant premium simple slow fast natural vivid bold neon glowing hazy "
    "grainy light lights color colors colour colours accents accent background backdrop look feel "
    "feeling music grain film texture textures motion pacing pace energy atmosphere ambience contrast "
    "shadows shadow glow tones retro vintage hues hue sunlight morning evening very mostly lots farben "
    "farbe licht warme warmes kalte helle ruhige musik couleurs couleur lumière chaude colores luz "
    "cálida cinematic upbeat свет тёплый теплый тёплые цвета музыка мягкий"
)
"""Words of looks: a phrase of nothing else is no promise."""

FILLERS = word_set(
    "a an the of and or with in to for but no some all in at by is und mit in im et avec y con e"
)
SCRIPT_STYLE = (
    "シネマ",
    "縦型",
    "横型",
    "色調",
    "映像",
    "動画",
    "音楽",
    "雰囲気",
    "トーン",
    "广告",
    "视频",
    "风格",
    "色调",
)
"""Words of looks in scripts without spaces."""

GENRES = word_set(
    "song track tune single music anthem ballad indie folk pop rock techno house synth synthwave jazz "
    "punk metal rap hiphop hip-hop electronic ambient acoustic lo-fi lofi soul blues country disco edm "
    "instrumental lied"
)
"""What a song may be: no title says so."""

NAME_BREAKS = (
    PARTICIPLES
    | PREPOSITIONS - word_set("de du des del")
    | word_set("that which who is are with and und et y makes or")
)
"""A title does not go on past them."""

NOT_A_NAME = (
    "cta",
    "action",
    "tagline",
    "slogan",
    "words",
    "says",
    "button",
    "motto",
    "claim",
    "line",
    "with",
)
"""What ends right before a quotation that names nothing."""
