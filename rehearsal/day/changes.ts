import { CloudflareConsole, HetznerConsole, ShownRecord } from "./consoles";
import { Found } from "./found";
import { check, Scene } from "./scene";

/** One thing that somebody changes by hand, and how to see whether it is as the program wants it again. */
export interface Change {
    readonly what: string;
    readonly make: () => Promise<unknown>;
    /** Whether it is what the command says that it has found. */
    readonly isIt: (found: Found) => boolean;
    /** Throws as long as it is not as the program wants it. */
    readonly isRight: () => Promise<unknown>;
}

/** What fits the stack: a small one has fewer containers of apps than there are things to do to one. */
export async function changesOf(scene: Scene, [first, second, third]: readonly string[]): Promise<Change[]> {
    return [
        await record(scene),
        await firewall(scene),
        ...(first === undefined ? [] : [await memory(scene, first)]),
        ...(second === undefined ? [] : [stopped(scene, second)]),
        ...(third === undefined ? [] : [replaced(scene, third)]),
    ];
}

/** Where nobody is: an address, and a name for a host behind the tunnel. */
const ELSEWHERE: Readonly<Record<string, string>> = { A: "192.0.2.66", CNAME: "elsewhere.example" };

async function record({ stage }: Scene): Promise<Change> {
    const console = new CloudflareConsole(stage);
    const find = async (isIt: (each: ShownRecord) => boolean) => (await console.records()).find(isIt);
    const before = (await find(({ type }) => type === "A")) ?? (await find(({ type }) => type === "CNAME"));
    check(before !== undefined, "no record leads to the stack");
    const { name, type, content } = before;
    return {
        what: `where ${name} leads to`,
        make: () => console.change(before, ELSEWHERE[type] ?? ""),
        isIt: (found) =>
            found.type === "cloudflare:index:DnsRecord" &&
            found.name.startsWith(`${name}-`) &&
            found.properties.includes("content"),
        isRight: async () => {
            const after = await find((each) => each.name === name && each.type === type);
            check(after?.content === content, `it leads to ${after?.content ?? "nothing"}`);
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
        isIt: ({ type, properties }) => type === "hcloud:index:Firewall" && properties.includes("rules"),
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

async function memory({ stage }: Scene, container: string): Promise<Change> {
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
        isIt: (found) => isOf(container, found) && found.properties.includes("memory"),
        isRight: async () => {
            const after = await limit();
            check(after === before, `it has ${after.trim()} bytes, not ${before.trim()}`);
        },
    };
}

function stopped(scene: Scene, container: string): Change {
    return {
        what: `${container}, stopped`,
        make: () => scene.stage.onServer(`docker stop ${container}`),
        isIt: (found) => isOf(container, found) && found.properties.includes("mustRun"),
        isRight: () => runs(scene, partOf(container)),
    };
}

function replaced(scene: Scene, container: string): Change {
    const { stage } = scene;
    return {
        what: `${container}, replaced by another`,
        make: async () => {
            const image = await stage.onServer(`docker inspect --format '{{.Image}}' ${container}`);
            await stage.onServer(`docker rm --force ${container}`);
            await stage.onServer(
                `docker run --detach --name ${container} --entrypoint sleep ${image.trim()} 3600`,
            );
        },
        isIt: (found) => isOf(container, found) && found.properties.length === 0,
        isRight: async () => {
            await runs(scene, partOf(container));
            // The other one is its maker's: nobody else takes it away.
            await stage.onServer(`docker inspect ${container}`);
        },
    };
}

/** A name without what makes it another one at each release. */
function partOf(container: string): string {
    return container.replace(/-[0-9a-f]{7}$/, "");
}

/** Whether something is said of a container's resource. */
function isOf(container: string, { type, name }: Found): boolean {
    return type === "docker:index:Container" && partOf(container).endsWith(`-${name}`);
}

/** Exactly one container of a part runs, and it is one of the program's. */
async function runs({ stage }: Scene, part: string): Promise<void> {
    const list = `docker ps --filter label=berth.stack --filter name='^${part}-' --format '{{.Names}}' | wc -l`;
    const count = (await stage.onServer(list)).trim();
    check(count === "1", `${count} containers of ${part} run`);
}
