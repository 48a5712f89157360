import { CloudflareConsole, HetznerConsole } from "./consoles";
import { askAll, publicApps } from "./outputs";
import { Act, check, Scene } from "./scene";

/** One thing that somebody changes by hand, and how to see whether it is as the program wants it again. */
interface Change {
    readonly what: string;
    readonly make: () => Promise<unknown>;
    /** Throws as long as it is not as the program wants it. */
    readonly isRight: () => Promise<unknown>;
    /** Takes away what no program knows of. @default there is no such thing */
    readonly tidy?: () => Promise<unknown>;
}

/** Somebody helps by hand. One documented command finds it all, and puts it back. */
export const drift: Act = {
    name: "drift",
    title: "What was changed by hand is found and repaired",
    async play(scene) {
        const changes = [
            await record(scene),
            await firewall(scene),
            await memory(scene),
            await stopped(scene),
            await replaced(scene),
        ];
        for (const { what, make, isRight } of changes) {
            await scene.step(`by hand: ${what}`, async () => {
                await make();
                const wrong = await isRight().then(
                    () => false,
                    () => true,
                );
                check(wrong, "nothing was changed by it");
            });
        }
        await scene.command("npm run up -- --refresh", "up", "--refresh");
        for (const { what, isRight, tidy } of changes) {
            await scene.step(`repaired: ${what}`, isRight);
            await tidy?.();
        }
        await scene.step("every app answers", async () =>
            askAll(scene.stage.browser, await publicApps(scene)),
        );
        scene.figures.changed = changes.length;
        scene.figures.repaired = changes.length;
    },
};

const ELSEWHERE = "192.0.2.66";

async function record({ stage }: Scene): Promise<Change> {
    const console = new CloudflareConsole(stage);
    const find = async () => (await console.records()).find(({ type }) => type === "A");
    const before = await find();
    check(before !== undefined, "there is no record of an address");
    return {
        what: `the address of ${before.name}`,
        make: () => console.change(before, ELSEWHERE),
        isRight: async () => {
            const after = (await console.records()).find(
                ({ name, type }) => name === before.name && type === "A",
            );
            check(after?.content === before.content, `it leads to ${after?.content ?? "nothing"}`);
        },
    };
}

async function firewall({ stage }: Scene): Promise<Change> {
    const console = new HetznerConsole(stage);
    const { id, rules } = await console.firewall();
    const open = { direction: "in", protocol: "tcp", port: "5432", source_ips: ["0.0.0.0/0"] };
    return {
        what: "a port in the firewall, open to the world",
        make: () => console.act("POST", `/firewalls/${id}/actions/set_rules`, { rules: [...rules, open] }),
        isRight: async () => {
            const after = await console.firewall();
            check(
                after.rules.length === rules.length,
                `it has ${after.rules.length} rules, not ${rules.length}`,
            );
        },
    };
}

const MEMORY = "{{.HostConfig.Memory}}";

async function memory(scene: Scene): Promise<Change> {
    const { stage } = scene;
    const container = await containerOf(scene, 0);
    // A release may be how it is repaired: the part is the same, its container another.
    const limit = () =>
        stage.onServer(
            `docker inspect --format '${MEMORY}' $(docker ps --quiet --filter name='^${partOf(container)}-')`,
        );
    const before = await limit();
    return {
        what: `the memory of ${container}`,
        make: () => {
            const half = Math.floor(Number(before) / 2);
            return stage.onServer(`docker update --memory ${half} --memory-swap ${half} ${container}`);
        },
        isRight: async () => {
            const after = await limit();
            check(after === before, `it has ${after.trim()} bytes, not ${before.trim()}`);
        },
    };
}

async function stopped(scene: Scene): Promise<Change> {
    const container = await containerOf(scene, 1);
    return {
        what: `${container}, stopped`,
        make: () => scene.stage.onServer(`docker stop ${container}`),
        isRight: async () => await runs(scene, partOf(container)),
    };
}

async function replaced(scene: Scene): Promise<Change> {
    const { stage } = scene;
    const container = await containerOf(scene, 2);
    return {
        what: `${container}, replaced by another`,
        make: async () => {
            const image = await stage.onServer(`docker inspect --format '{{.Image}}' ${container}`);
            await stage.onServer(`docker rm --force ${container}`);
            await stage.onServer(
                `docker run --detach --name ${container} --entrypoint sleep ${image.trim()} 3600`,
            );
        },
        isRight: async () => await runs(scene, partOf(container)),
        tidy: () => stage.onServer(`docker rm --force ${container}`),
    };
}

/** One of the containers of apps, by its place in their order. */
async function containerOf({ stage }: Scene, index: number): Promise<string> {
    const list = "docker ps --filter label=berth.stack --format '{{.Names}}' | sort";
    const names = (await stage.onServer(list)).trim().split("\n");
    // Of servers for data names are fixed, and a stop of them is another act's.
    const apps = names.filter((name) => /-\d+-[0-9a-f]{7}$/.test(name) && !name.includes("tunnel-connector"));
    const name = apps[index];
    check(name !== undefined, `the server has ${apps.length} containers of apps`);
    return name;
}

/** A name without what makes it another one at each release. */
function partOf(container: string): string {
    return container.replace(/-[0-9a-f]{7}$/, "");
}

/** Exactly one container of a part runs, and it is one of the program's. */
async function runs({ stage }: Scene, part: string): Promise<void> {
    const list = `docker ps --filter label=berth.stack --filter name='^${part}-' --format '{{.Names}}' | wc -l`;
    const count = (await stage.onServer(list)).trim();
    check(count === "1", `${count} containers of ${part} run`);
}
