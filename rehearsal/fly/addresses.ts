import { failure } from "./apiError";
import { checkRegion } from "./catalog";
import { Route } from "./routes";
import { Answer, appOf, Call, ok } from "./simulation";
import { Address } from "./state";

const ADDRESSES = "/apps/:app/ip_assignments";

export const addressRoutes: readonly Route[] = [
    {
        method: "GET",
        path: ADDRESSES,
        action: "ip_list",
        handle: (call) => ok({ ips: appOf(call).addresses.map(wire) }),
    },
    { method: "POST", path: ADDRESSES, action: "ip_create", handle: create },
    {
        method: "DELETE",
        path: `${ADDRESSES}/:ip`,
        action: "ip_delete",
        handle: (call) => {
            const app = appOf(call);
            const ip = call.param("ip");
            if (!app.addresses.some((address) => address.ip === ip)) {
                throw failure("not_found", `IP address ${ip} not found`);
            }
            app.addresses = app.addresses.filter((address) => address.ip !== ip);
            return { status: 204 };
        },
    },
];

/** One address for all apps that share it. */
const SHARED_V4 = "198.51.100.1";

function create(call: Call): Answer {
    const { sim, body } = call;
    const app = appOf(call);
    const region = typeof body.region === "string" && body.region !== "" ? body.region : "global";
    if (region !== "global") {
        checkRegion(region);
    }
    const number = (sim.world.counter += 1);
    const address = addressOf(String(body.type), number);
    const known = app.addresses.find(({ ip }) => ip === address.ip);
    if (known !== undefined) {
        return ok(wire(known));
    }
    const assigned = { ...address, region, createdAt: new Date().toISOString() };
    app.addresses = [...app.addresses, assigned];
    return ok(wire(assigned));
}

/** Addresses of the ranges that are kept for documentation: they lead nowhere. */
function addressOf(type: string, number: number): Pick<Address, "ip" | "shared" | "public"> {
    switch (type) {
        case "v4":
            return { ip: `203.0.113.${(number % 254) + 1}`, shared: false, public: true };
        case "shared_v4":
            return { ip: SHARED_V4, shared: true, public: true };
        case "v6":
            return { ip: `2001:db8::${number.toString(16)}`, shared: false, public: true };
        case "private_v6":
            // Fly's Go client knows private addresses by their beginning.
            return { ip: `fdaa:0:0:${number.toString(16)}::1`, shared: false, public: false };
        default:
            throw failure("invalid_argument", `unknown type '${type}': v4, v6, shared_v4 or private_v6`);
    }
}

function wire({ ip, region, shared, createdAt }: Address): Record<string, unknown> {
    return { ip, region, service_name: "", shared, created_at: createdAt };
}
