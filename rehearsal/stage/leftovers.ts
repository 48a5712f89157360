import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { Runtime } from "../fly/runtime";
import { MachineHost } from "../hetzner/machines";
import { endLeftover } from "../ownedProcess";
import { NAME } from "./images";
import { endNotedGroup } from "./group";
import { labelsOf } from "./world";

/** Takes away what a rehearsal that was killed has left, and nothing of anybody else; makes its folder anew. */
export async function startClean(docker: Docker, folder: string): Promise<void> {
    endNotedGroup(folder);
    await endLeftover(join(folder, "acme"), "pebble");
    await new Runtime(docker, `${NAME}-fly`).clear();
    await MachineHost.removeLeftovers(docker, { labels: labelsOf(NAME), folder });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
}
