import { Stage } from "../stage/stage";
import { CloudflareConsole, flyCall, HetznerConsole } from "./consoles";
import { Act, check } from "./scene";

const KINDS = ["servers", "volumes", "firewalls", "networks", "primary_ips", "ssh_keys", "placement_groups"];

/** Everything goes, and the clouds are as empty as they were. */
export const gone: Act = {
    name: "gone",
    title: "Taken down, and nothing is left behind",
    async play(scene) {
        const { stage } = scene;
        const hetzner = new HetznerConsole(stage);
        const { output } = await scene.command("npm run down -- --volumes", "down", "--volumes");
        scene.figures.deleted = Number(/- (\d+) deleted/.exec(output)?.[1] ?? 0);
        await scene.step("fly apps destroy, for what Fly holds", async () => {
            for (const name of await flyApps(scene.stage)) {
                check(output.includes(`fly apps destroy ${name}`), `npm run down does not tell of ${name}`);
                await flyCall(stage, "DELETE", `/apps/${name}?force=true`);
            }
        });
        await scene.step("the clouds have nothing of it", async () => {
            const left = Object.entries(await hetzner.count(...KINDS)).filter(([, count]) => count > 0);
            check(
                left.length === 0,
                `Hetzner has ${left.map(([kind, count]) => `${count} ${kind}`).join(", ")}`,
            );
            const cloudflare = new CloudflareConsole(stage);
            const records = await cloudflare.records();
            check(records.length === 0, `Cloudflare has ${records.map(({ name }) => name).join(", ")}`);
            check((await cloudflare.tunnels()) === 0, "Cloudflare has a tunnel");
            check((await flyApps(stage)).length === 0, "Fly has apps");
        });
    },
};

async function flyApps(stage: Stage): Promise<string[]> {
    const { "berth:flyOrganization": set } = stage.settings;
    const organization = typeof set === "string" ? set : "personal";
    const { apps } = await flyCall<{ apps: { name: string }[] }>(
        stage,
        "GET",
        `/apps?org_slug=${organization}`,
    );
    return apps.map(({ name }) => name);
}
