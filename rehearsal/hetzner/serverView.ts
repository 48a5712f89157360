import { isLocked } from "./actions";
import { IMAGES, known, LOCATIONS, SERVER_TYPES } from "./catalogue";
import { viewImage, viewServerType } from "./catalogueRoutes";
import { Collection } from "./collection";
import { firewallsOf } from "./firewalls";
import { hostName } from "./names";
import { membersOf } from "./placementGroups";
import { addressOf } from "./primaryIps";
import { PrimaryIp, Project, Server } from "./state";

/** Servers, as the API shows them. */
export const servers: Collection<Server> = {
    one: "server",
    what: "server",
    all: (project) => project.servers,
    name: hostName,
    view: (server, project) => {
        const group = project.placementGroups[String(server.placementGroup)];
        return {
            id: server.id,
            name: server.name,
            labels: server.labels,
            created: server.created,
            status: server.status,
            locked: isLocked(project, server),
            protection: server.protection,
            server_type: viewServerType(known(SERVER_TYPES, server.type)),
            image: viewImage(known(IMAGES, server.image)),
            location: known(LOCATIONS, server.location),
            primary_disk_size: server.diskGb,
            public_net: viewPublicNet(project, server),
            private_net: server.privateNets.map(({ network, ip, aliasIps, macAddress }) => ({
                network,
                ip,
                alias_ips: aliasIps,
                mac_address: macAddress,
            })),
            volumes: Object.values(project.volumes).flatMap(({ id, server: of }) =>
                of === server.id ? [id] : [],
            ),
            placement_group: group === undefined ? null : { ...group, servers: membersOf(project, group) },
            load_balancers: [],
            backup_window: null,
            rescue_enabled: false,
            iso: null,
            included_traffic: 0,
            ingoing_traffic: null,
            outgoing_traffic: null,
        };
    },
};

function viewPublicNet(project: Project, { id }: Server) {
    return {
        ipv4: viewAddress(addressOf(project, id, "ipv4")),
        ipv6: viewAddress(addressOf(project, id, "ipv6")),
        floating_ips: [],
        firewalls: firewallsOf(project, id).map((firewall) => ({ id: firewall.id, status: "applied" })),
    };
}

function viewAddress(address: PrimaryIp | undefined) {
    return address === undefined ? null : { id: address.id, ip: address.ip, blocked: false, dns_ptr: [] };
}
