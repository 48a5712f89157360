/** Something that cannot be had, with the way out: shown as it is, without a stack trace. */
export class SetupError extends Error {
    /** `tools/run.cjs` looks for it. */
    readonly explained = true;

    constructor(
        /** What is wrong, one sentence. */
        problem: string,
        /** What to do about it. */
        wayOut: string,
        options?: ErrorOptions,
    ) {
        super(`${problem}\n  → ${wayOut}`, options);
        this.name = "SetupError";
    }
}

/** Causes that many tools share, told by what they print. First match wins. */
const causes: { sign: RegExp; problem: string; wayOut: string }[] = [
    {
        sign: /no space left on device|ENOSPC|Disk quota exceeded/i,
        problem: "The disk is full.",
        wayOut: "Free some room, about 12 GB for everything (or point BERTH_CACHE, GOCACHE and GOMODCACHE at a bigger disk), then run this again: what is made already is kept.",
    },
    {
        sign: /Could not get lock|dpkg frontend lock|is another process using it/i,
        problem: "Another program holds apt's lock.",
        wayOut: "Wait until it is done (`ps -C apt,apt-get,dpkg,unattended-upgr`), then run this again.",
    },
    {
        sign: /dpkg was interrupted/i,
        problem: "An earlier run of dpkg was interrupted.",
        wayOut: "Run `dpkg --configure -a` as root, then this again.",
    },
    {
        sign: /Temporary failure resolving|no such host|could not resolve|dial tcp|i\/o timeout|Network is unreachable|Max retries exceeded|NewConnectionError|Connection (timed out|refused)|TLS handshake timeout|proxyconnect/i,
        problem: "A package registry cannot be reached.",
        wayOut: "Check the network, and the proxies or mirrors that npm, go (GOPROXY), pip and apt are set to; then run this again: it goes on where it stopped.",
    },
    {
        sign: /checksum mismatch|THESE PACKAGES DO NOT MATCH THE HASHES|SECURITY ERROR|Hash Sum mismatch/i,
        problem: "A download is not what this project was made with: its checksum differs.",
        wayOut: "Run this again; if it stays, the mirror in between serves something else than the public registry, and must not be trusted.",
    },
];

/** What a failed command's output means; undefined when it is nothing known. */
export function knownCause(output: string): { problem: string; wayOut: string } | undefined {
    return causes.find(({ sign }) => sign.test(output));
}
