import fs from "node:fs";
import path from "node:path";
import { FileStep } from "./cachedStep";
import { moduleStep } from "./engine";
import { ensureMade } from "./onDemand";
import { cacheFolder, projectRoot } from "./paths";

/** Programs of others that benches measure ours against. Each is published as a Go module, which is in reach everywhere. */
const PEERS = {
    compose: {
        title: "Docker Compose",
        goModule: "github.com/docker/compose/v2",
        goPackage: "github.com/docker/compose/v2/cmd",
        versionSymbol: "github.com/docker/compose/v2/internal.Version",
        // Go names a program after its package.
        program: "cmd",
        needsMb: 3000,
    },
    "kamal-proxy": {
        title: "kamal-proxy",
        goModule: "github.com/basecamp/kamal-proxy",
        goPackage: "github.com/basecamp/kamal-proxy/cmd/kamal-proxy",
        versionSymbol: undefined,
        program: "kamal-proxy",
        needsMb: 500,
    },
} as const;

export type Peer = keyof typeof PEERS;

/** A peer's program, ready to run. */
export interface PeerProgram {
    readonly file: string;
    readonly version: string;
}

/** Builds a peer's program, out of a module whose sums are pinned, where that has not been done yet. */
export async function ensurePeer(
    peer: Peer,
    signal: AbortSignal,
    say: (line: string) => void,
): Promise<PeerProgram> {
    const step = peerStep(peer, signal);
    const [file = ""] = step.outputs;
    if (!fs.existsSync(file)) {
        say(`  building ${step.title} (once; minutes)`);
    }
    await ensureMade(step);
    return { file, version: peerVersion(peer) };
}

function peerStep(peer: Peer, signal: AbortSignal): FileStep {
    const { title, goModule, goPackage, versionSymbol, program, needsMb } = PEERS[peer];
    const version = peerVersion(peer);
    const symbols = versionSymbol === undefined ? [] : [`-X ${versionSymbol}=v${version}`];
    return moduleStep({
        id: peer,
        title: `${title} ${version}`,
        folder: folderOf(peer),
        subject: `${title}, which the bench measures ours against,`,
        goPackage,
        flags: ["-trimpath", "-ldflags", ["-s -w", ...symbols].join(" ")],
        output: path.join(cacheFolder(), "tools", peer, program),
        module: `${goModule}@v${version}`,
        needsMb,
        signal,
    });
}

/** One place says the version: go.mod. */
export function peerVersion(peer: Peer): string {
    const text = fs.readFileSync(path.join(projectRoot, folderOf(peer), "go.mod"), "utf8");
    return new RegExp(`${PEERS[peer].goModule} v(\\S+)`).exec(text)?.[1] ?? "of an unknown version";
}

function folderOf(peer: Peer): string {
    return `tools/bench/release/peers/${peer}`;
}
