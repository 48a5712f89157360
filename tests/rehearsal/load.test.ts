import { createServer, Server } from "node:https";
import { AddressInfo } from "node:net";
import { Authority, createAuthority } from "../../rehearsal/certificates";
import { Requests } from "../../rehearsal/day/load/requests";

let authority: Authority;
let server: Server;
/** What was asked, and how many connections it took. */
let asked: string[];
let connections: number;
/** Status of the answer to a request of a number. */
let status: (number: number) => number;

beforeAll(async () => {
    authority = await createAuthority("Test");
    const { certificate, key } = await authority.issue({ addresses: ["127.0.0.1"] });
    server = createServer({ cert: certificate, key }, (request, response) => {
        asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
        const answer = status(asked.length);
        request.resume().on("end", () => response.writeHead(answer).end(answer === 200 ? "{}" : "no"));
    });
    server.on("secureConnection", () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

beforeEach(() => {
    asked = [];
    connections = 0;
    status = () => 200;
});

afterAll(() => {
    server.closeAllConnections();
    server.close();
});

function load(keepsRows: boolean, authorities = [authority.certificate]): Requests {
    const { port } = server.address() as AddressInfo;
    const origin = `https://127.0.0.1:${port}`;
    return new Requests({
        ...{
            nameServer: "127.0.0.1:9",
            subnet: "127.0.0.0/8",
            authorities,
            origin,
            keepsRows,
            isSample: true,
        },
        ...{ healthPath: "/health", perSecond: 100, mostSeconds: 1 },
    });
}

const FOREVER = new AbortController().signal;

it("asks evenly until its time is over, in several ways", async () => {
    const result = await load(true).run(FOREVER);
    expect(result).toMatchObject({ requests: asked.length, lost: 0, lostBy: {} });
    expect(asked.length).toBeGreaterThan(20);
    expect(new Set(asked)).toEqual(new Set(["GET /", "POST /rows", "GET /slow?ms=3000"]));
    // One in ten has a connection of its own; the others share some.
    expect(connections).toBeLessThan(asked.length);
});

it("writes no rows where none are kept", async () => {
    await load(false).run(FOREVER);
    expect(asked).not.toContain("POST /rows");
});

it("asks any other app for its health alone", async () => {
    const { port } = server.address() as AddressInfo;
    const requests = new Requests({
        ...{
            nameServer: "127.0.0.1:9",
            subnet: "127.0.0.0/8",
            authorities: [authority.certificate],
            origin: `https://127.0.0.1:${port}`,
        },
        ...{ healthPath: "/health", isSample: false, keepsRows: false, perSecond: 100, mostSeconds: 0.3 },
    });
    expect(await requests.run(FOREVER)).toMatchObject({ lost: 0 });
    expect(new Set(asked)).toEqual(new Set(["GET /health"]));
});

it("counts what was lost, by its kind, and asks for nothing twice", async () => {
    status = (number) => (number % 4 === 0 ? 503 : 200);
    const { requests, lost, lostBy } = await load(false).run(FOREVER);
    expect(requests).toBe(asked.length);
    expect(lost).toBe(Math.floor(requests / 4));
    expect(lostBy).toEqual({ "status 503": lost });
});

it("trusts nobody but whom it was told to trust", async () => {
    const { requests, lost, lostBy } = await load(false, [(await createAuthority("Other")).certificate]).run(
        FOREVER,
    );
    expect(lost).toBe(requests);
    expect(Object.keys(lostBy)).toEqual([expect.stringMatching(/CERT|SIGNATURE/)]);
    expect(asked).toEqual([]);
});

it("leaves out what a machine that was held up is late with", async () => {
    status = (number) => {
        if (number === 1) {
            const until = performance.now() + 400;
            while (performance.now() < until);
        }
        return 200;
    };
    const { requests } = await load(false).run(FOREVER);
    // At 100 in a second, a whole one less the four tenths in which nothing went on.
    expect(requests).toBeLessThanOrEqual(62);
    expect(requests).toBeGreaterThan(1);
});

it("stops when it is told to", async () => {
    const { requests } = await load(false).run(AbortSignal.abort());
    expect(requests).toBe(0);
});
