/** Counties and municipalities of Estonia since the reform of 2017, with about how many thousands live in each. */
export interface Municipality {
    readonly county: string;
    readonly name: string;
    /** Thousands, roughly: only how they compare matters. */
    readonly weight: number;
    /** A town has streets, a parish villages. */
    readonly town: boolean;
}

const COUNTIES: Readonly<Record<string, string>> = {
    Harju: "Tallinn linn:450 Maardu linn:16 Keila linn:10 Loksa linn:3 Anija vald:6 Harku vald:17 Jõelähtme vald:7 Kiili vald:6 Kose vald:7 Kuusalu vald:7 Lääne-Harju vald:13 Raasiku vald:5 Rae vald:22 Saku vald:11 Saue vald:24 Viimsi vald:21",
    Hiiu: "Hiiumaa vald:9",
    "Ida-Viru":
        "Narva linn:53 Kohtla-Järve linn:33 Sillamäe linn:12 Narva-Jõesuu linn:5 Alutaguse vald:5 Jõhvi vald:12 Lüganuse vald:8 Toila vald:5",
    Jõgeva: "Jõgeva vald:13 Mustvee vald:5 Põltsamaa vald:9",
    Järva: "Järva vald:8 Paide linn:10 Türi vald:11",
    Lääne: "Haapsalu linn:13 Lääne-Nigula vald:7 Vormsi vald:1",
    "Lääne-Viru":
        "Rakvere linn:15 Haljala vald:4 Kadrina vald:5 Rakvere vald:6 Tapa vald:11 Vinni vald:7 Viru-Nigula vald:6 Väike-Maarja vald:6",
    Põlva: "Kanepi vald:5 Põlva vald:14 Räpina vald:6",
    Pärnu: "Pärnu linn:51 Häädemeeste vald:5 Kihnu vald:1 Lääneranna vald:5 Põhja-Pärnumaa vald:8 Saarde vald:4 Tori vald:12",
    Rapla: "Kehtna vald:5 Kohila vald:7 Märjamaa vald:8 Rapla vald:13",
    Saare: "Muhu vald:2 Ruhnu vald:1 Saaremaa vald:31",
    Tartu: "Tartu linn:97 Elva vald:15 Kambja vald:11 Kastre vald:5 Luunja vald:5 Nõo vald:4 Peipsiääre vald:5 Tartu vald:12",
    Valga: "Otepää vald:6 Tõrva vald:6 Valga vald:15",
    Viljandi: "Viljandi linn:17 Mulgi vald:7 Põhja-Sakala vald:8 Viljandi vald:14",
    Võru: "Võru linn:12 Antsla vald:4 Rõuge vald:5 Setomaa vald:3 Võru vald:11",
};

export const MUNICIPALITIES: readonly Municipality[] = Object.entries(COUNTIES).flatMap(([county, text]) =>
    text.split(/(?<=\d) /).map((entry): Municipality => {
        const [name = "", weight = ""] = entry.split(":");
        return { county: `${county} maakond`, name, weight: Number(weight), town: name.endsWith(" linn") };
    }),
);

const STEMS =
    "Kase Kuuse Männi Tamme Lepa Pärna Pihlaka Vahtra Kadaka Toome Õuna Kirsi Sireli Roosi Nõmme Metsa Põllu Liiva Kivi Raba Järve Jõe Oja Mere Ranna Niidu Aasa Künka Kalju Savi Päikese Kuu Tähe Tuule Pilve Linnu Luige Kure Kotka Pääsukese Jänese Kooli Turu Sepa Veski Aia Pargi Uus Vana Lai".split(
        " ",
    );

/** There are 50 × 5 × 4 of them, so that house numbers stay small in the largest town. */
export const STREETS: readonly string[] = ["tänav", "tee", "põik", "puiestee"].flatMap((kind) =>
    ["", "mäe", "oja", "välja", "saare"].flatMap((ending) => STEMS.map((stem) => `${stem}${ending} ${kind}`)),
);

export const VILLAGES: readonly string[] = ["küla", "mäe küla", "vere küla", "alliku küla", "nurme küla"].flatMap(
    (ending) => STEMS.map((stem) => `${stem}${ending === "küla" ? " " : ""}${ending}`),
);
