import { isIPv4 } from "node:net";
import { checkCidr } from "../../lib/networks";
import { Field, text, wrong } from "./fields";

/** A range of IPv4 addresses: its first one as a number, and how many bits are fixed. */
export interface Range {
    readonly first: number;
    readonly bits: number;
}

export function rangeOf(cidr: string): Range {
    const [address = "", bits = ""] = cidr.split("/");
    return { first: numberOf(address), bits: Number(bits) };
}

export function sizeOf({ bits }: Range): number {
    return 2 ** (32 - bits);
}

export function contains(outer: Range, inner: Range): boolean {
    return inner.first >= outer.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer);
}

export function overlap(a: Range, b: Range): boolean {
    return contains(a, b) || contains(b, a);
}

/** The address at a place of a range. */
export function addressAt({ first }: Range, place: number): string {
    const number = first + place;
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

export function isIn(range: Range, address: string): boolean {
    return contains(range, { first: numberOf(address), bits: 32 });
}

function numberOf(address: string): number {
    return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

export const ipv4: Field<string> = (value) => {
    const address = text(value);
    if (!isIPv4(address)) {
        throw wrong("must be an IPv4 address");
    }
    return address;
};

/** A range of either version that starts with its first address. */
export const cidr: Field<string> = (value) => {
    const given = text(value);
    const [problem] = checkCidr("", given);
    if (problem !== undefined) {
        throw wrong(problem.message);
    }
    return given;
};

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(rangeOf);

/** A private range (RFC 1918) that is not smaller than told. */
export function privateRange(maxBits: number): Field<string> {
    return (value) => {
        const given = cidr(value);
        if (given.includes(":") || !PRIVATE.some((outer) => contains(outer, rangeOf(given)))) {
            throw wrong(`must be in a private range: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`);
        }
        if (rangeOf(given).bits > maxBits) {
            throw wrong(`must not be smaller than a /${maxBits}`);
        }
        return given;
    };
}
