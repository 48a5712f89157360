import { HetznerNetwork } from "../../components/hetzner/network";
import { HetznerVps } from "../../components/hetzner/vps";

// Two servers on one private network, kept off each other's machines.
const network = new HetznerNetwork("network", { name: "shop-prod", location: "nbg1", servers: 2 });

for (const name of ["shop-prod-1", "shop-prod-2"]) {
    new HetznerVps(name, {
        name,
        serverType: "cx23",
        location: "nbg1",
        network,
        sshFrom: ["203.0.113.7/32"],
        web: true,
        volumeSizeGb: 20,
    });
}
