package main

import (
	"time"

	fly "github.com/superfly/fly-go"
	"github.com/superfly/fly-go/flaps"
)

// What is told of a volume: nothing that differs from one run to the next.
type toldVolume struct {
	Name, Region, State string
	SizeGb              int
	Encrypted, Attached bool
	Retention           int
	NeedsRestart        bool
}

func tellVolume(volume *fly.Volume, err error) (*toldVolume, error) {
	if err != nil {
		return nil, err
	}
	return &toldVolume{
		Name: volume.Name, Region: volume.Region, State: volume.State, SizeGb: volume.SizeGb,
		Encrypted: volume.Encrypted, Attached: volume.IsAttached(), Retention: volume.SnapshotRetention,
	}, nil
}

func (s *session) driveVolumes() {
	client := s.client(s.app, s.token)
	var volume *fly.Volume
	take("create a volume", func() (*toldVolume, error) {
		created, err := client.CreateVolume(s.ctx, fly.CreateVolumeRequest{
			Name: "data", Region: s.region, SizeGb: fly.Pointer(1), Encrypted: fly.Pointer(true),
		})
		volume = created
		return tellVolume(created, err)
	})
	if volume == nil {
		return
	}
	take("list volumes", func() (int, error) {
		volumes, err := client.GetVolumes(s.ctx)
		return len(volumes), err
	})
	take("keep snapshots longer", func() (*toldVolume, error) {
		return tellVolume(client.UpdateVolume(s.ctx, volume.ID, fly.UpdateVolumeRequest{SnapshotRetention: fly.Pointer(9)}))
	})
	machine := s.launchWith(client, volume.ID)
	take("get the attached volume", func() (*toldVolume, error) { return tellVolume(client.GetVolume(s.ctx, volume.ID)) })
	for _, size := range []int{2, 1} {
		name := map[int]string{2: "extend it", 1: "make it smaller"}[size]
		take(name, func() (*toldVolume, error) {
			extended, restart, err := client.ExtendVolume(s.ctx, volume.ID, size)
			out, err := tellVolume(extended, err)
			if out != nil {
				out.NeedsRestart = restart
			}
			return out, err
		})
	}
	take("delete it while it is attached", func() (*toldVolume, error) {
		return tellVolume(client.DeleteVolume(s.ctx, volume.ID))
	})
	s.driveSnapshots(client, volume.ID)
	if machine != nil {
		try("kill its machine", func() error { return client.Kill(s.ctx, machine.ID) })
		try("destroy its machine", func() error {
			return client.Destroy(s.ctx, fly.RemoveMachineInput{ID: machine.ID, Kill: true}, "")
		})
		try("wait for the machine's end", func() error { return client.Wait(s.ctx, machine, "destroyed", patience) })
	}
	take("delete it", func() (bool, error) {
		_, err := client.DeleteVolume(s.ctx, volume.ID)
		return err == nil, err
	})
	take("get an unknown volume", func() (*toldVolume, error) { return tellVolume(client.GetVolume(s.ctx, "vol_none")) })
}

func (s *session) launchWith(client *flaps.Client, volume string) *fly.Machine {
	input := s.input("three")
	input.Name = "store"
	input.Config.Mounts = []fly.MachineMount{{Volume: volume, Path: "/data"}}
	var machine *fly.Machine
	take("launch with the volume", func() (*told, error) {
		launched, err := client.Launch(s.ctx, input)
		machine = launched
		return tell(launched, err)
	})
	if machine != nil {
		try("wait until that is started", func() error { return client.Wait(s.ctx, machine, "started", patience) })
	}
	return machine
}

// A snapshot takes a while: its status tells.
func (s *session) driveSnapshots(client *flaps.Client, volume string) {
	try("take a snapshot", func() error { return client.CreateVolumeSnapshot(s.ctx, volume) })
	take("wait for the snapshot", func() (string, error) {
		for {
			snapshots, err := client.GetVolumeSnapshots(s.ctx, volume)
			if err != nil || (len(snapshots) == 1 && snapshots[0].Status == "created" && snapshots[0].Digest != "") {
				return "created", err
			}
			select {
			case <-s.ctx.Done():
				return "", s.ctx.Err()
			case <-time.After(time.Second):
			}
		}
	})
}
