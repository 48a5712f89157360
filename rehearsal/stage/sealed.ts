import { SetupError } from "../../tools/setup/errors";
import { Isolation } from "./isolation";

/** Where the real clouds and the real certificate authority answer. */
const OUTSIDE = [
    "api.hetzner.cloud",
    "api.cloudflare.com",
    "api.machines.dev",
    "api.fly.io",
    "api.pulumi.com",
    "acme-v02.api.letsencrypt.org",
];

/** Prints those of its arguments that lead anywhere, a line each. */
const LOOK = `
const { lookup } = require("node:dns").promises;
for (const name of process.argv.slice(1)) lookup(name).then(() => console.log(name), () => undefined);`;

/** Throws where a command of the rehearsal would find something of the real world. */
export async function requireSealed(isolation: Isolation, names: readonly string[] = OUTSIDE): Promise<void> {
    const { code, stdout } = await isolation.run("sealed", process.execPath, ["-e", LOOK, ...names]);
    const found = stdout.split("\n").filter((name) => name !== "");
    if (code !== 0 || found.length > 0) {
        throw new SetupError(
            `The rehearsal is not sealed: its commands find ${found.join(", ") || "no way to look names up"}.`,
            "Nothing of the stack was started. Please report it, with /etc/nsswitch.conf.",
        );
    }
}
