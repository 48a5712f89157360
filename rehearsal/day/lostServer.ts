import { HetznerConsole } from "./consoles";
import { checkRows, writeRows } from "./data";
import { askAll, publicApps } from "./outputs";
import { Act, check } from "./scene";

/** The server is gone, with its disk, its host key, its address and all that Docker had; the data volume is not. */
export const lostServer: Act = {
    name: "lost-server",
    title: "The server is lost and rebuilt, with every row",
    async play(scene) {
        const { stage } = scene;
        const console = new HetznerConsole(stage);
        const apps = await publicApps(scene);
        await scene.step("one more row in every database", () => writeRows(scene, "lost-server"));
        const { id } = await console.server();
        await scene.step("the server is deleted by hand", async () => {
            await console.act("POST", `/servers/${id}/actions/change_protection`, {
                delete: false,
                rebuild: false,
            });
            await console.act("DELETE", `/servers/${id}`);
        });
        await scene.step("and so is its address", async () => {
            const { id: address } = await console.address();
            await console.act("POST", `/primary_ips/${address}/actions/change_protection`, { delete: false });
            await console.act("DELETE", `/primary_ips/${address}`);
        });
        const { ms } = await scene.command("npm run rebuild", "rebuild", "--yes");
        scene.figures["rebuilt s"] = Math.round(ms / 1000);
        const made = await console.server();
        check(made.id !== id, "it is the same server");
        await scene.step("every app answers again", () => askAll(stage.browser, apps));
        scene.figures.databases = await scene.step("every row is there", () =>
            checkRows(scene, "zero", "lost-server"),
        );
    },
};
