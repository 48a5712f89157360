import Docker from "dockerode";
import { connect, disconnect, EngineAddress } from "../../providers/engine/connect";
import { NOTE } from "../../providers/engine/notes";
import { messageOf } from "../../providers/server/failure";
import { removeThing } from "./engine";
import { Known } from "./known";
import { STACK_LABEL } from "./things";

/**
 * Removes what a stack's engines have noted of migrations that cannot be undone. They outlive their jobs as the data does
 * that was changed, and go with it.
 */
export async function removeNotes(
    { engines, prefixes }: Known,
    say: (text: string) => void,
    dial: (address: EngineAddress) => Docker = connect,
): Promise<void> {
    for (const address of engines) {
        const docker = dial(address);
        try {
            await removeFrom(docker, prefixes);
        } catch (error) {
            say(`  … did not look for notes of migrations on ${address.host}: ${messageOf(error)}`);
        } finally {
            disconnect(docker);
        }
    }
}

async function removeFrom(docker: Docker, prefixes: readonly string[]): Promise<void> {
    const [[label, value]] = Object.entries(NOTE) as [[string, string]];
    const { Volumes: volumes } = await docker.listVolumes({ filters: { label: [`${label}=${value}`] } });
    const own = volumes.filter(({ Labels }) => prefixes.includes(Labels[STACK_LABEL] ?? ""));
    for (const { Name: name, Labels: labels } of own) {
        await removeThing(docker, { kind: "volume", id: name, name, labels, created: 0 });
    }
}
