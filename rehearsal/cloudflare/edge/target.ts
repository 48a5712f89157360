import { recordsAt, zoneOf } from "../dns/answer";
import { recordsOf, Tunnel, WorldState } from "../state";
import { EDGE_ERROR } from "./edgeError";

const TUNNEL = /^([0-9a-f-]{36})\.cfargotunnel\.com$/;

/** The tunnel that a host's requests go to; throws what Cloudflare would answer where there is none. */
export function tunnelOf(world: WorldState, host: string): Tunnel {
    const zone = zoneOf(world, host);
    const here = zone === undefined ? [] : recordsAt(recordsOf(world, zone.id), host);
    // The edge knows a name by its proxied record alone.
    const proxied = here.find((record) => record.proxied);
    if (zone === undefined || proxied === undefined) {
        throw EDGE_ERROR.dnsResolution(host);
    }
    const [, id] = TUNNEL.exec(proxied.content) ?? [];
    if (proxied.type !== "CNAME" || id === undefined) {
        throw EDGE_ERROR.unreachable(host);
    }
    const tunnel = world.tunnels[id];
    // A tunnel serves the hosts of its own account.
    if (tunnel?.account !== zone.account || tunnel.deletedAt !== null) {
        throw EDGE_ERROR.originDns(host);
    }
    return tunnel;
}

/**
 * The names on the certificate that covers a host. Cloudflare's own one for a zone has the zone and one level below it:
 * a host that lies deeper gets no TLS there. Undefined for such a host, and for one of no zone.
 */
export function certificateNames(world: WorldState, host: string): readonly string[] | undefined {
    const zone = zoneOf(world, host);
    if (zone === undefined) {
        return undefined;
    }
    const names = [zone.name, `*.${zone.name}`];
    const oneAbove = host.slice(host.indexOf(".") + 1);
    return host === zone.name || oneAbove === zone.name ? names : undefined;
}
