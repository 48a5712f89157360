import type Docker from "dockerode";
import { Containers, exec, logs, until } from "./containers";

const NODE = "node:20-slim";

/** A request to a server from somewhere on a network. */
export interface Request {
    /** Where to: `http://router:8000/path`. TLS is spoken with the host's name, whatever certificate it has. */
    readonly url: string;
    /** The host that is asked for. */
    readonly host: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** How many times, one after the other, at once. @default 1 */
    readonly times?: number;
}

export interface Response {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

const ASK = `
const { url, host, headers, times = 1 } = JSON.parse(process.env.REQUEST);
const client = require(url.startsWith("https") ? "node:https" : "node:http");
const once = () => new Promise((resolve, reject) => {
    const options = { headers: { host, ...headers }, servername: host, rejectUnauthorized: false, agent: false };
    client.get(url, options, async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode, headers: response.headers, body: body.toString() });
    }).on("error", reject);
});
(async () => {
    const all = [];
    while (all.length < times) all.push(await once());
    console.log(JSON.stringify(all));
})();`;

/** A container on a network that asks servers there. */
export class Client {
    private constructor(private readonly container: Docker.Container) {}

    static async on(network: string, containers: Containers): Promise<Client> {
        return new Client(
            await containers.start(NODE, {
                Cmd: ["sleep", "3600"],
                HostConfig: { NetworkMode: network, Init: true },
            }),
        );
    }

    async ask(request: Request): Promise<Response> {
        const [response] = await this.askAll(request);
        if (response === undefined) {
            throw new Error("nothing was asked");
        }
        return response;
    }

    async askAll(request: Request): Promise<Response[]> {
        const env = [`REQUEST=${JSON.stringify(request)}`];
        const { code, output } = await exec(this.container, ["node", "-e", ASK], { env });
        if (code !== 0) {
            throw new Error(output);
        }
        return JSON.parse(output) as Response[];
    }
}

const APP = `
const name = process.env.NAME;
require("node:http").createServer((request, response) => {
    response.setHeader("content-type", "text/plain");
    response.setHeader("server", "secret-sauce/1.0");
    response.setHeader("x-powered-by", "sauce");
    response.end(request.url.startsWith("/big") ? name.repeat(5000) : JSON.stringify({ name, headers: request.headers }));
}).listen(3000, () => console.log("listening"));`;

/** An app that tells its name and the headers that reach it, and much text below `/big`. Gives its base URL once it listens. */
export async function startEcho(name: string, network: string, containers: Containers): Promise<string> {
    const container = await containers.start(NODE, {
        Cmd: ["node", "-e", APP],
        Env: [`NAME=${name}`],
        HostConfig: { NetworkMode: network, Init: true },
    });
    await until(
        async () => (await logs(container)).includes("listening"),
        () => logs(container),
    );
    return `http://${(await container.inspect()).Name.slice(1)}:3000`;
}

/** What `startEcho`'s app said. */
export function echoed({ body }: Response): { name: string; headers: Record<string, string> } {
    return JSON.parse(body) as { name: string; headers: Record<string, string> };
}
