/** Codes of the municipalities, ISO 3166-2:EE: the first three digits of a cadastral code. */
import { MUNICIPALITIES } from "../population/places";

const CODES: Readonly<Record<string, number>> = Object.fromEntries(
    (
        "Tallinn linn:784 Maardu linn:446 Keila linn:296 Loksa linn:424 Anija vald:141 Harku vald:198 Jõelähtme vald:245 " +
        "Kiili vald:305 Kose vald:338 Kuusalu vald:353 Lääne-Harju vald:431 Raasiku vald:651 Rae vald:653 Saku vald:719 " +
        "Saue vald:726 Viimsi vald:890 Hiiumaa vald:205 Narva linn:511 Kohtla-Järve linn:321 Sillamäe linn:735 " +
        "Narva-Jõesuu linn:514 Alutaguse vald:130 Jõhvi vald:251 Lüganuse vald:442 Toila vald:803 Jõgeva vald:247 " +
        "Mustvee vald:486 Põltsamaa vald:618 Järva vald:255 Paide linn:567 Türi vald:834 Haapsalu linn:184 " +
        "Lääne-Nigula vald:441 Vormsi vald:907 Rakvere linn:663 Haljala vald:191 Kadrina vald:272 Rakvere vald:661 " +
        "Tapa vald:792 Vinni vald:901 Viru-Nigula vald:903 Väike-Maarja vald:928 Kanepi vald:284 Põlva vald:622 " +
        "Räpina vald:708 Pärnu linn:624 Häädemeeste vald:214 Kihnu vald:303 Lääneranna vald:430 Põhja-Pärnumaa vald:638 " +
        "Saarde vald:712 Tori vald:809 Kehtna vald:293 Kohila vald:317 Märjamaa vald:503 Rapla vald:668 Muhu vald:478 " +
        "Ruhnu vald:689 Saaremaa vald:714 Tartu linn:793 Elva vald:171 Kambja vald:283 Kastre vald:291 Luunja vald:432 " +
        "Nõo vald:528 Peipsiääre vald:586 Tartu vald:796 Otepää vald:557 Tõrva vald:824 Valga vald:855 Viljandi linn:897 " +
        "Mulgi vald:480 Põhja-Sakala vald:615 Viljandi vald:899 Võru linn:919 Antsla vald:142 Rõuge vald:698 " +
        "Setomaa vald:732 Võru vald:917"
    )
        .split(/(?<=\d) /)
        .map((entry) => entry.split(":"))
        .map(([name = "", code]) => [name, Number(code)]),
);

/** Codes by index of the municipality. */
export const MUNICIPALITY_CODES: readonly number[] = MUNICIPALITIES.map(({ name }) => CODES[name] as number);
