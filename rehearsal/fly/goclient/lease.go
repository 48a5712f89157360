package main

import (
	"errors"
	"fmt"

	fly "github.com/superfly/fly-go"
	"github.com/superfly/fly-go/flaps"
)

// Takes a lease, shows that it keeps others out, and updates the machine under it.
func (s *session) driveLease(client *flaps.Client, machine *fly.Machine) {
	input := s.input("two")
	input.ID = machine.ID
	nonce := ""
	acquire := func(ttl int) func() (string, error) {
		return func() (string, error) {
			lease, err := client.AcquireLease(s.ctx, machine.ID, &ttl)
			if err == nil && lease.Data.Nonce == nonce {
				err = errors.New("the lease is not a new one")
			}
			if err == nil {
				nonce = lease.Data.Nonce
			}
			return status(lease, nonce, err)
		}
	}
	take("acquire a short lease", acquire(2))
	// The client asks again and again while somebody holds it.
	take("acquire one when that has ended", acquire(60))
	take("acquire one that is held", func() (string, error) {
		lease, err := client.RefreshLease(s.ctx, machine.ID, fly.Pointer(60), "000000000000")
		return status(lease, nonce, err)
	})
	take("find it", func() (string, error) {
		lease, err := client.FindLease(s.ctx, machine.ID)
		return status(lease, nonce, err)
	})
	take("refresh it", func() (string, error) {
		lease, err := client.RefreshLease(s.ctx, machine.ID, fly.Pointer(60), nonce)
		return status(lease, nonce, err)
	})
	take("update without it", func() (*told, error) { return tell(client.Update(s.ctx, input, "")) })
	take("update with another", func() (*told, error) { return tell(client.Update(s.ctx, input, "000000000000")) })
	try("stop without it", func() error {
		return client.Stop(s.ctx, fly.StopMachineInput{ID: machine.ID}, "")
	})
	take("update with it", func() (*told, error) {
		updated, err := client.Update(s.ctx, input, nonce)
		if err == nil && updated.InstanceID == machine.InstanceID {
			err = fmt.Errorf("the instance is still %s", machine.InstanceID)
		}
		return tell(updated, err)
	})
	try("release it with another nonce", func() error { return client.ReleaseLease(s.ctx, machine.ID, "000000000000") })
	try("release it", func() error { return client.ReleaseLease(s.ctx, machine.ID, nonce) })
	take("find none", func() (string, error) {
		lease, err := client.FindLease(s.ctx, machine.ID)
		return status(lease, nonce, err)
	})
}

// Status of a lease, and whether it is the one that is known, complete.
func status(lease *fly.MachineLease, nonce string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	data := lease.Data
	return fmt.Sprintf("%s %t", lease.Status, data.Nonce == nonce && data.ExpiresAt > 0 && data.Owner != ""), nil
}

func (s *session) driveMetadata(client *flaps.Client, id string) {
	read := func() (map[string]string, error) { return client.GetMetadata(s.ctx, id) }
	try("set metadata", func() error { return client.SetMetadata(s.ctx, id, "release", "7") })
	take("read metadata", read)
	try("delete metadata", func() error { return client.DeleteMetadata(s.ctx, id, "release") })
	take("read less metadata", read)
}
