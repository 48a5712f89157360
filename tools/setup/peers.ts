import { BuiltProgram, ensureProgram, GoProgram } from "./goPrograms";

/** What tells one peer from another. */
type PeerParts = Omit<GoProgram, "id" | "subject" | "folder">;

/** Programs of others that benches measure ours against. */
const PEERS = {
    compose: {
        title: "Docker Compose",
        goModule: "github.com/docker/compose/v2",
        goPackage: "github.com/docker/compose/v2/cmd",
        versionSymbol: "github.com/docker/compose/v2/internal.Version",
        program: "cmd",
        needsMb: 3000,
    },
    "kamal-proxy": {
        title: "kamal-proxy",
        goModule: "github.com/basecamp/kamal-proxy",
        goPackage: "github.com/basecamp/kamal-proxy/cmd/kamal-proxy",
        program: "kamal-proxy",
        needsMb: 500,
    },
} as const satisfies Record<string, PeerParts>;

export type Peer = keyof typeof PEERS;

/** Builds a peer's program, out of a module whose sums are pinned, where that has not been done yet. */
export async function ensurePeer(
    peer: Peer,
    signal: AbortSignal,
    say: (line: string) => void,
): Promise<BuiltProgram> {
    return await ensureProgram(programOf(peer), signal, say);
}

function programOf(peer: Peer): GoProgram {
    const { title } = PEERS[peer];
    const subject = `${title}, which the bench measures ours against,`;
    return { ...PEERS[peer], id: peer, subject, folder: `tools/bench/release/peers/${peer}` };
}
