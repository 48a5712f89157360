import { HetznerConsole } from "./consoles";
import { checkRows } from "./data";
import { askAll, publicApps } from "./outputs";
import { Act, check, eventually, Scene } from "./scene";

const BACK_SECONDS = 180;

/** The server boots without its data disk: no database may take an empty folder for its own. */
export const noDisk: Act = {
    name: "no-disk",
    title: "Booted without its disk, no database starts empty",
    async play(scene) {
        const { stage } = scene;
        const console = new HetznerConsole(stage);
        const apps = await publicApps(scene);
        const [server, volume] = [await console.server(), await console.volume()];
        await scene.step("off, the disk is taken away, on again", async () => {
            await console.act("POST", `/servers/${server.id}/actions/poweroff`);
            await console.act("POST", `/volumes/${volume.id}/actions/detach`);
            await console.act("POST", `/servers/${server.id}/actions/poweron`);
        });
        await scene.step("the server lets us in, and no container runs", () => idle(scene));
        await scene.step("the disk is back, and so is every app by itself", async () => {
            await console.act("POST", `/volumes/${volume.id}/actions/attach`, {
                server: server.id,
                automount: false,
            });
            await eventually(BACK_SECONDS, () => askAll(stage.browser, apps));
        });
        scene.figures.databases = await scene.step("every row is there", () => checkRows(scene, "zero"));
    },
};

/** Up as far as it comes without the disk: its boot is over, and Docker has not started. */
async function idle({ stage }: Scene): Promise<void> {
    await eventually(BACK_SECONDS, async () => {
        // Ends with 1 for a system that runs with units that failed.
        const state = await stage.onServer("systemctl is-system-running || true");
        check(["running", "degraded"].includes(state.trim()), `the system is ${state.trim()}`);
    });
    const docker = await stage.onServer("systemctl is-active docker.service || true");
    check(docker.trim() !== "active", "Docker runs without the data disk");
    const databases = await stage.onServer("pgrep -c postgres || true");
    check(databases.trim() === "0", `${databases.trim()} processes of Postgres run without the data disk`);
}
