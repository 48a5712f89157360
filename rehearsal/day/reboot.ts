import { HetznerConsole } from "./consoles";
import { checkRows } from "./data";
import { askAll, publicApps } from "./outputs";
import { Act, check, eventually } from "./scene";

/** How long a server may take until everything on it answers again. */
const BACK_SECONDS = 180;

/** The server reboots, and nobody does anything. */
export const reboot: Act = {
    name: "reboot",
    title: "The server reboots, everything comes back by itself",
    async play(scene) {
        const { stage } = scene;
        const console = new HetznerConsole(stage);
        const apps = await publicApps(scene);
        const { id } = await console.server();
        // When the first process of all was started.
        const startOf = () => stage.onServer("ps -o lstart= -p 1");
        const before = await startOf();
        const began = Date.now();
        await scene.step("a reboot by Hetzner's console", () =>
            console.act("POST", `/servers/${id}/actions/reboot`),
        );
        await scene.step("every app answers again", () =>
            eventually(BACK_SECONDS, () => askAll(stage.browser, apps)),
        );
        check((await startOf()) !== before, "the server did not reboot");
        scene.figures["back after s"] = Math.round((Date.now() - began) / 1000);
        scene.figures.databases = await scene.step("every row is there", () => checkRows(scene, "zero"));
    },
};
