import { randomBytes, randomInt } from "node:crypto";

/** 14 hexadecimal digits, as machines have them. */
export function machineId(): string {
    return randomBytes(7).toString("hex");
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A ULID: 10 digits of time and 16 of chance, so that later ones sort behind. */
export function ulid(now = Date.now()): string {
    let time = "";
    for (let rest = now, digit = 0; digit < 10; digit += 1) {
        time = (CROCKFORD[rest % 32] ?? "0") + time;
        rest = Math.floor(rest / 32);
    }
    return time + pick(CROCKFORD, 16);
}

/** `vol_…`, `vs_…`. */
export function prefixedId(prefix: string): string {
    return `${prefix}_${pick("0123456789abcdefghjkmnpqrstvwxyz", 16)}`;
}

/** A name for a machine whose creator gave none. */
export function machineName(): string {
    const words = [
        "ancient",
        "bold",
        "cold",
        "dawn",
        "fragrant",
        "green",
        "hidden",
        "late",
        "misty",
        "quiet",
    ];
    const things = ["bird", "brook", "field", "glade", "leaf", "moon", "pond", "river", "snow", "wood"];
    return `${pickWord(words)}-${pickWord(things)}-${randomInt(1000, 10_000)}`;
}

function pick(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

function pickWord(words: readonly string[]): string {
    return words[randomInt(words.length)] ?? "quiet";
}
