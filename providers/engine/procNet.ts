import { isIPv4 } from "node:net";

/**
 * An address as `/proc/net/tcp` and `/proc/net/tcp6` write it: words of 32 bits, each with its bytes in the order of a
 * little-endian machine, then the port, all in upper-case hexadecimal digits.
 */
export function procAddress(address: string, port: number): string {
    const bytes = isIPv4(address) ? address.split(".").map(Number) : ipv6Bytes(address);
    const words = Array.from({ length: bytes.length / 4 }, (_, index) =>
        bytes.slice(index * 4, index * 4 + 4).reverse(),
    );
    return `${hex(Buffer.from(words.flat()))}:${hex(Buffer.from([port >> 8, port & 0xff]))}`;
}

/** The sixteen bytes of an address, whose longest run of noughts may be left out. */
function ipv6Bytes(address: string): number[] {
    const [start = "", end] = address.split("::");
    const [before, after] = [groups(start), groups(end ?? "")];
    const left = end === undefined ? 0 : 8 - before.length - after.length;
    return [...before, ...Array<number>(left).fill(0), ...after].flatMap((group) => [
        group >> 8,
        group & 0xff,
    ]);
}

function groups(text: string): number[] {
    return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}

function hex(bytes: Buffer): string {
    return bytes.toString("hex").toUpperCase();
}
