import type Docker from "dockerode";
import { Containers, exec, logs, until } from "../support/containers";
import { checkContract } from "../support/contract";

const image = "traefik:v3.6";
const containers = new Containers("traefik");
const folder = "/etc/traefik/dynamic";

afterAll(() => containers.removeAll(), 60_000);

const routes = `http:
  routers: { own: { rule: "Host(\`own.test\`)", service: own, entryPoints: [web] } }
  services: { own: { loadBalancer: { servers: [{ url: "http://127.0.0.1:8080" }] } } }
`;

/** A router whose own API is what its route leads to: no second container is needed. */
async function router(): Promise<Docker.Container> {
    const volume = await containers.volume();
    const Cmd = [
        "--entrypoints.web.address=:80",
        "--entrypoints.traefik.address=127.0.0.1:8080",
        "--api.insecure=true",
        "--ping=true",
        "--providers.providersThrottleDuration=10ms",
        `--providers.file.directory=${folder}`,
    ];
    const container = await containers.start(image, { Cmd, HostConfig: { Binds: [`${volume}:${folder}`] } });
    await until(
        async () => (await exec(container, ["wget", "-qO-", "http://127.0.0.1:8080/ping"])).output === "OK",
        () => logs(container),
    );
    return container;
}

checkContract(image, {
    T1: async () => {
        const container = await router();
        const { output } = await exec(container, ["wget", "-qO-", "http://127.0.0.1:8080/api/version"]);
        expect((JSON.parse(output) as { Version: string }).Version).toMatch(/^3\.6\./);
    },
    T2: async () => {
        const tools = ["sh", "wget", "sleep", "timeout", "mv", "cp", "grep", "cat", "ls"];
        const command = tools.map((tool) => `command -v ${tool}`).join(" && ");
        const { code, output } = await containers.run(image, { Cmd: ["sh", "-c", command] });
        expect(output.trim().split("\n")).toHaveLength(tools.length);
        expect(code).toBe(0);
        const bounded = await containers.run(image, { Cmd: ["sh", "-c", "timeout 1 sleep 30; exit $?"] });
        expect([124, 143]).toContain(bounded.code);
    },
    T3: async () => {
        const container = await router();
        const ask = ["wget", "-qO-", "--header", "Host: own.test", "http://127.0.0.1:80/api/version"];
        expect((await exec(container, ask)).code).not.toBe(0);
        const write = `cat > ${folder}/.own.tmp && mv ${folder}/.own.tmp ${folder}/own.yml`;
        const env = [`ROUTES=${routes}`];
        const { code } = await exec(container, ["sh", "-c", `printf '%s' "$ROUTES" | { ${write}; }`], {
            env,
        });
        expect(code).toBe(0);
        await until(
            async () => (await exec(container, ask)).output.includes("Version"),
            () => logs(container),
        );
    },
    T4: async () => {
        const { Config } = await containers.docker.getImage(image).inspect();
        expect(Object.keys(Config.ExposedPorts)).toContain("80/tcp");
        const command = "ls -ld /tmp && grep -c BEGIN /etc/ssl/certs/ca-certificates.crt";
        const { output } = await containers.run(image, { Cmd: ["sh", "-c", command] });
        expect(output).toMatch(/^drwxrwxrwt/);
        expect(Number(output.trim().split("\n").at(-1))).toBeGreaterThan(100);
    },
    T5: async () => {
        const container = await router();
        const check = [
            "/entrypoint.sh",
            "healthcheck",
            "--ping=true",
            "--entrypoints.traefik.address=127.0.0.1:8080",
        ];
        expect(await exec(container, check)).toMatchObject({ code: 0 });
        expect(await containers.run(image, { Cmd: ["sh", "-c", "exit 7"] })).toMatchObject({ code: 7 });
    },
});
