"""The commonest German, French and Spanish words; plurals are listed where they are not formed with -s."""

FOREIGN_SETTINGS = {
    "mountains": """
        berg, berge, bergen, gebirge, gipfel, alpen, wanderung, wandern, gletscher, montagne, alpes, sommet,
        randonnée, montaña, cumbre, cordillera, senderismo, schlucht, pirineos, bergsteiger
    """,
    "forest": "wald, wälder, wäldern, schwarzwald, bäume, forêt, bois, arbre, bosque, selva, árbol, árboles",
    "sea": """
        meer, ozean, am see, im see, bergsee, hafen, welle, wellen, ostsee, nordsee, la mer, mer, océan,
        vague, el mar, del mar, al mar, océano, puerto, ola
    """,
    "beach": "strand, strände, küste, plage, côte, playa, costa, insel",
    "desert": "wüste, düne, dünen, désert, desierto, duna",
    "city": """
        stadt, städte, großstadt, innenstadt, hochhaus, ville, capitale, ciudad, rascacielos, urbano, wien,
        hamburg, münchen, madrid
    """,
    "street": "straße, straßen, gasse, gassen, gehweg, la rue, ruelle, trottoir, calle, acera, callejón",
    "space": "weltraum, weltall, kosmos, galaxie, sterne, espace, étoile, espacio, galaxia, estrella, mond",
    "studio": "fotostudio, estudio; schlicht, kosmetik, elegant, hautpflege, beauté, belleza",
    "interior": """
        küche, wohnzimmer, zimmer, haus, zuhause, werkstatt, bäckerei, kaffeehaus, rösterei, büro, cuisine,
        salon, maison, chambre, boulangerie, atelier, cocina, salón, casa, habitación, el taller, un taller,
        panadería, oficina, manufaktur
    """,
    "road": "landstraße, autobahn, fahrt, reise, route, autoroute, carretera, autopista, camino",
    "underwater": "unterwasser, tiefsee, korallenriff, récif, arrecife, submarino",
    "meadow": """
        wiese, wiesen, feld, felder, garten, gärten, bauernhof, hügel, prairie, jardin, colline, pradera,
        jardín, campo, colina, prado, dorf
    """,
    "stage": "bühne, konzert, konzerte, scène, concert, escenario, concierto",
    "sky": "himmel, wolke, wolken, ciel, nuage, cielo, nube",
    "abstract": "abstrakt, abstrait, abstracto, formen",
}

FOREIGN_SUBJECTS = {
    "sneaker": """
        schuh, schuhe, schuhen, laufschuh, laufschuhe, laufschuhen, wanderschuh, wanderschuhe,
        wanderstiefel, stiefel, turnschuh, turnschuhe, chaussure, zapato, zapatilla, bota
    """,
    "bottle": """
        flasche, flaschen, wein, bier, saft, bouteille, vin, bière, botella, vino, cerveza, zumo, aceite de
        oliva, olivenöl
    """,
    "cup": """
        tasse, tassen, kaffee, tasse tee, kräutertee, schwarzer tee, espresso, café de especialidad, thé,
        taza, té, taza de café, tasse de café; rösterei, kaffeebohnen, bohnen
    """,
    "phone": "das handy, ein handy, handys, telefon, smartphone, téléphone, teléfono, móvil",
    "watch": "uhr, uhren, armbanduhr, armbanduhren, montre, reloj, relojes",
    "headphones": "kopfhörer, casque, écouteurs, auriculares, lautsprecher",
    "car": "auto, autos, elektroauto, elektroautos, wagen, voiture, coche, carro, fahrzeug",
    "book": "buch, bücher, kinderbuch, kinderbücher, ein roman, le roman, un roman, livre, libro",
    "laptop": "rechner, ordinateur, ordenador, portátil",
    "perfume": "duft, düfte, parfüm, parfum, perfumería",
    "guitar": "gitarre, gitarren, guitare, guitarra, geige, klavier",
    "bicycle": "fahrrad, fahrräder, das rad, lastenrad, vélo, bicicleta, bici",
    "burger": "hamburguesa, imbiss, hamburgers",
    "plant": "pflanze, pflanzen, zimmerpflanze, plante, planta",
    "flower": "blume, blumen, rosen, blüte, blüten, fleur, flor, flores",
    "bag": """
        tasche, taschen, rucksack, rucksäcke, koffer, handtasche, sac à main, valise, bolso, mochila, maleta
    """,
    "camera": "kamera, kameras, fotokamera, appareil photo, cámara",
    "lipstick": "lippenstift, lippenstifte, rouge à lèvres, pintalabios, schminke, maquillage, maquillaje",
    "lamp": "lampe, lampen, leuchte, leuchten, lámpara",
    "chair": "stuhl, stühle, sessel, möbel, chaise, fauteuil, silla, sillón, mueble",
    "rocket": "rakete, raketen, raumschiff, fusée, cohete, raumfahrt",
    "sailboat": "segelboot, segelboote, boot, boote, schiff, schiffe, segeln, bateau, voilier, barco, velero",
    "runner": "läufer, läuferin, coureur, coureuse, corredor; laufen, joggen, courir, correr",
    "dog": "hund, hunde, hunden, welpe, welpen, chien, perro, cachorro",
    "cat": "katze, katzen, kätzchen, le chat, un chat, gato",
    "sunglasses": "sonnenbrille, sonnenbrillen, brille, brillen, lunettes, gafas",
    "candle": "kerze, kerzen, duftkerze, duftkerzen, bougie, vela",
    "jar": """
        honig, marmelade, creme, gesichtscreme, hautpflege, hautcreme, miel, confiture, crème, mermelada,
        crema
    """,
    "can": "die dose, dosen, limonade, canette, lata, refresco",
    "pizza": "pizzen, pizzas",
    "cake": """
        kuchen, torte, torten, brot, brötchen, schokolade, gâteau, du pain, le pain, chocolat, tarta, el
        pan, chocolate
    """,
    "box": "schachtel, karton, paket, pakete, geschenk, boîte, cadeau, colis, caja, regalo, paquete",
}

FOREIGN_TONES = {
    "light": {
        "dawn": """
            morgen, morgens, morgengrauen, sonnenaufgang, morgenlicht, aube, lever du soleil, matin,
            amanecer, mañana, alba
        """,
        "day": "mittag, tageslicht, tagsüber, sonnig, midi, ensoleillé, mediodía, soleado, soleil, sonne",
        "golden": """
            sonnenuntergang, abendsonne, goldene stunde, coucher de soleil, lumière dorée, atardecer,
            puesta de sol, hora dorada, goldenes licht
        """,
        "dusk": "dämmerung, abenddämmerung, crépuscule, anochecer, crepúsculo; abend, abends, soir",
        "night": "nacht, nachts, nächte, mitternacht, nächtlich, nuit, minuit, noche, medianoche",
    },
    "weather": {
        "clear": "klarer himmel, blauer himmel, ciel bleu, cielo azul",
        "rain": "regen, regnerisch, sturm, gewitter, pluie, orage, lluvia, tormenta",
        "snow": "schnee, verschneit, winter, neige, hiver, nieve, invierno",
        "mist": "nebel, neblig, dunst, brume, brouillard, niebla, bruma",
    },
    "mood": {
        "calm": """
            ruhig, ruhe, sanft, stille, entspannt, gemütlich, achtsam, calme, doux, paisible, tranquilo,
            suave, sereno; natürlich, naturel, natural
        """,
        "energetic": """
            energie, kraftvoll, schnell, dynamisch, énergie, rapide, dynamique, energía, rápido,
            dinámico; sportlich
        """,
        "luxurious": """
            luxus, edel, elegant, exklusiv, hochwertig, luxe, élégant, raffiné, lujo, elegante,
            exclusivo
        """,
        "playful": """
            verspielt, lustig, fröhlich, bunt, spaß, joyeux, drôle, amusant, divertido, alegre; kinder,
            enfants, niños
        """,
        "dramatic": """
            dramatisch, episch, gewaltig, abenteuer, dramatique, épique, aventure, dramático, épico,
            aventura
        """,
        "nostalgic": """
            nostalgisch, erinnerung, erinnerungen, tradition, handwerk, handgemacht, souvenir,
            nostalgie, recuerdo, nostalgia, tradición, kindheit
        """,
        "futuristic": "zukunft, futuristisch, technologie, futur, technologie, avenir, futuro, tecnología",
    },
}
