import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** Plugins that do the same in a rehearsal as anywhere: every other one is attached, or not there. */
const PLUGINS = /^resource-(docker|random)-v/;

/**
 * Makes a Pulumi home that has the CLI and the plugins of docker and random of another one, and nothing else: no plugin of a
 * cloud, no login. What was there before is replaced.
 */
export function makePulumiHome(folder: string, from: string): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "plugins"), { recursive: true });
    symlinkSync(join(from, "versions"), join(folder, "versions"));
    const plugins = join(from, "plugins");
    const found = existsSync(plugins) ? readdirSync(plugins, { withFileTypes: true }) : [];
    // Beside a plugin's folder there may be a lock of the same name.
    const wanted = found.filter((entry) => entry.isDirectory() && PLUGINS.test(entry.name));
    for (const { name } of wanted) {
        // The engine takes no link for a plugin's folder.
        mkdirSync(join(folder, "plugins", name));
        for (const file of readdirSync(join(plugins, name))) {
            symlinkSync(join(plugins, name, file), join(folder, "plugins", name, file));
        }
    }
}
