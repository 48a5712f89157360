import { EDGE_IPV6 } from "../../lib/edge";
import { PROBE_IMAGE } from "../../rehearsal/machine";

/** Another host behind a machine: it has the metadata address, and one beside it, and serves a page on both. */
export const HOST_BEHIND = `
    ip netns add behind
    ip link add outside type veth peer name inside netns behind
    ip address add 169.254.169.1/24 dev outside
    ip link set outside up
    ip -n behind address add 169.254.169.254/24 dev inside
    ip -n behind address add 169.254.169.253/24 dev inside
    ip -n behind link set inside up
    mkdir -p /run/pages; echo reached > /run/pages/index.html
    ip netns exec behind busybox httpd -p 80 -h /run/pages`;

/** A server in a container where the router is, and a client on a network of its own that reaches the machine over IPv6. */
export const ROUTER_BEHIND_IPV6 = `
    docker network create --ipv6 --subnet ${EDGE_IPV6.subnet} edge
    docker run --detach --name router --network edge --ip6 ${EDGE_IPV6.router} \\
        ${PROBE_IMAGE} /bin/busybox httpd -f -vv -p [::]:80
    ip netns add sixth
    ip link add six type veth peer name seven netns sixth
    # The engine that the machine itself runs on has turned it off in there.
    echo 0 > /proc/sys/net/ipv6/conf/six/disable_ipv6
    ip address add fd01::1/64 dev six nodad
    ip link set six up
    ip -n sixth address add fd01::2/64 dev seven nodad
    ip -n sixth link set seven up`;

/** What that client asks, over the machine's own address. */
export const ASK_OVER_IPV6 = "ip netns exec sixth busybox wget -q -O - http://[fd01::1]/ || true";

/** A command for a Node image that opens many connections to a host's SSH server at once, and prints how many stood. */
export function connectionsFrom(host: string, count: number): string[] {
    const script = `
        const { createConnection } = require("node:net");
        const attempt = () => new Promise((resolve) => {
            const socket = createConnection({ host: "${host}", port: 22, timeout: 800 });
            const end = (connected) => () => { socket.destroy(); resolve(connected); };
            socket.on("connect", end(1)).on("timeout", end(0)).on("error", end(0));
        });
        Promise.all(Array.from({ length: ${count} }, attempt)).then((all) =>
            console.log(all.reduce((sum, each) => sum + each)));`;
    return ["node", "-e", script];
}

/** Loads an image that was built long ago. */
export function loadOldImage(reference: string): string {
    const config = {
        created: "2020-01-01T00:00:00Z",
        architecture: "amd64",
        os: "linux",
        config: {},
        rootfs: { type: "layers", diff_ids: ["sha256:LAYER"] },
    };
    const manifest = [{ Config: "config.json", RepoTags: [reference], Layers: ["layer.tar"] }];
    return `
        cd $(mktemp -d)
        echo old > file
        tar -cf layer.tar file
        layer=$(sha256sum layer.tar | cut -d ' ' -f 1)
        echo '${JSON.stringify(config)}' | sed "s/LAYER/$layer/" > config.json
        echo '${JSON.stringify(manifest)}' > manifest.json
        tar -c config.json manifest.json layer.tar | docker load`;
}

/** All that user data settles on a machine, as one text. */
export function stateOf(dataFolder: string): string {
    return `
        find /etc /usr/local/sbin /home -type f ! -name mtab ! -name '*-' ! -path /etc/resolv.conf ! -path /etc/hosts |
            sort | xargs sha256sum
        find /etc/systemd/system -type l -printf '%p %l\\n' | sort
        for each in 'set inet berth ssh_from_4' 'set inet berth ssh_from_6' 'chain inet berth input' \\
            'chain inet berth ssh' 'chain inet berth forward' 'chain inet berth output'; do
            nft --stateless list $each
        done
        stat -c '%n %a %U %s %Y' /swapfile
        stat -c '%n %a %U' ${dataFolder}
        getent passwd deploy; id deploy; swapon --show`;
}
