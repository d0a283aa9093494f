/**
 * Names by combination: common given names, and surnames put together from words of nature and farm. Nobody in
 * particular is meant.
 */
import type { Random } from "../shared/random";
import type { Sex } from "../shared/personal-code";

/** The languages in which families gave their names. */
export const CULTURES = ["est", "rus", "ukr"] as const;
export type Culture = 0 | 1 | 2;

function words(text: string): readonly string[] {
    return text.split(" ");
}

interface Given {
    /** First names of people born before 1970; `younger` has those of people born since. */
    readonly older: readonly string[];
    readonly younger: readonly string[];
}

const ESTONIAN: Readonly<Record<Sex, Given>> = {
    F: {
        older: words(
            "Anne Tiina Malle Ülle Sirje Tiiu Reet Mare Urve Ene Helgi Aino Õie Maie Leida Linda Helju Vaike Hilja Eha Lehte Salme Aita Virve Asta Laine Ilme Maimu Endla Õilme",
        ),
        younger: words(
            "Kristiina Katrin Kadri Triin Liina Kersti Piret Merle Annika Laura Maria Liis Kätlin Kristi Mari Eliise Saskia Lenna Mirtel Hanna Mia Emma Sofia Elisabeth Loore Nora Õnne Ännika Käthe Grete",
        ),
    },
    M: {
        older: words(
            "Jaan Rein Toomas Jüri Mati Tõnu Ants Peeter Ülo Vello Arvo Heino Kalju Endel Väino Harri Lembit Uno Ilmar Elmar Kaarel Tõnis Aarne Hillar Olev Aadu Ahto Kaljo Hando",
        ),
        younger: words(
            "Andres Margus Urmas Tanel Martin Kristjan Siim Priit Rasmus Karl Oskar Robin Sander Henri Hugo Mattias Markus Kevin Rauno Indrek Meelis Marko Sten Kaspar Oliver Lukas Gregor Mihkel Joosep Jürgen",
        ),
    },
};

const SLAVIC: Readonly<Record<Sex, Given>> = {
    F: {
        older: words("Valentina Galina Ljudmila Nina Tamara Zinaida Raissa Lidia Vera Nadežda Antonina Klavdia"),
        younger: words("Jelena Olga Irina Natalja Svetlana Anastassia Darja Jekaterina Viktoria Alina Ksenia Žanna"),
    },
    M: {
        older: words("Nikolai Vladimir Viktor Anatoli Juri Gennadi Boriss Valeri Mihhail Leonid Pjotr Ivan"),
        younger: words("Aleksandr Sergei Andrei Dmitri Maksim Artjom Nikita Deniss Kirill Roman Timur Matvei"),
    },
};

/** First and last part of an Estonian surname: a birch (kask), say, and a hill (mägi). */
const STEMS = words(
    "Kase Kuuse Männi Tamme Lepa Pärna Saare Haava Pihla Vahtra Kadaka Toome Õuna Kirsi Rohu Nõmme Metsa Põllu Liiva Kivi Soo Raba Järve Jõe Oja Mere Ranna Niidu Aasa Künka Kalju Savi Päeva Kuu Tähe Tuule Pilve Lume Jää Külma Linnu Luige Kure Kotka Hane Rebase Hundi Karu Põdra Jänese",
);
const ENDINGS = words("mäe salu puu vee ste põld mets org saar oja nurm väli kivi rand maa lill särg");
const PLAIN = words(
    "Kask Kuusk Mänd Tamm Lepp Pärn Saar Haab Vaher Kadakas Mägi Sepp Kukk Rebane Ilves Karu Põder Luik Kurg Kotkas Org Oja Laas Raud Teder Hunt Põld Nurm Kallas Lõhmus Jõgi Järv Rand Kivi Sild Väli Lill Õispuu Pääsuke Vähk Härm Ots Koppel Mölder Kangur Rätsep Puusepp Kütt Kalda",
);
const ESTONIAN_SURNAMES = [...PLAIN, ...STEMS.flatMap((stem) => ENDINGS.map((ending) => stem + ending))];

const SLAVIC_ROOTS = words(
    "Ivan Petr Sidor Kuznets Smirn Vassilj Pavl Fjodor Mihhail Nikolaj Stepan Jegor Kozl Lebed Sokol Voron Medved Zaits Morož Beloz Tšern Zimn Žuk Orl Gusj Bobr Solovj Komar Golub Vinograd",
);
const RUSSIAN_SURNAMES = SLAVIC_ROOTS.map((root) => root + (/[jts]$/.test(root) ? "ev" : "ov"));
const UKRAINIAN_SURNAMES = SLAVIC_ROOTS.map((root) => `${root}enko`);

const SURNAMES = [ESTONIAN_SURNAMES, RUSSIAN_SURNAMES, UKRAINIAN_SURNAMES] as const;
const YOUNGER_SINCE = "1970";

/** A number that stands for a surname until it is written, because men and women of a family may write it differently. */
export function drawSurname(culture: Culture, random: Random): number {
    const count = SURNAMES[culture].length;
    // The plain surnames are the frequent ones.
    return culture === 0 && random.chance(0.3) ? random.below(PLAIN.length) : random.below(count);
}

export function writeSurname(culture: Culture, surname: number, sex: Sex): string {
    const name = SURNAMES[culture][surname] as string;
    return culture === 1 && sex === "F" ? `${name}a` : name;
}

/** @param birthDate ISO 8601: names depend on the generation */
export function drawGivenName(culture: Culture, sex: Sex, birthDate: string, random: Random): string {
    const { older, younger } = (culture === 0 ? ESTONIAN : SLAVIC)[sex];
    const names = birthDate < YOUNGER_SINCE ? older : younger;
    const name = random.skewed(names);
    if (culture !== 0 || !random.chance(0.12)) {
        return name;
    }
    const second = random.one(names);
    return second === name ? name : `${name}-${second}`;
}
