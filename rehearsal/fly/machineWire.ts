import { leaseOf } from "./leases";
import { Machine } from "./state";
import { WireMachine } from "./wire";

/** A machine as the API tells of it. */
export function machineWire(machine: Machine): WireMachine {
    return {
        id: machine.id,
        name: machine.name,
        state: machine.state,
        region: machine.region,
        image_ref: machine.imageRef,
        instance_id: machine.instanceId,
        version: machine.instanceId,
        private_ip: machine.address,
        created_at: machine.createdAt,
        updated_at: machine.updatedAt,
        config: machine.config,
        events: machine.events,
        checks: machine.checks,
        nonce: leaseOf(machine)?.nonce,
        host_status: "ok",
        cordoned: machine.cordoned,
    };
}
