package main

import "net/http"

// How many machines a listing has.
func (s *session) count(app, token string) func() (int, error) {
	return func() (int, error) {
		machines, err := s.client(app, token).List(s.ctx, "")
		return len(machines), err
	}
}

func (s *session) createApp(taken string) {
	client := s.client(s.app, s.token)
	try("create the app", func() error { return client.CreateApp(s.ctx, s.app, s.org) })
	try("wait for the app", func() error { return client.WaitForApp(s.ctx, s.app) })
	try("create it again", func() error { return client.CreateApp(s.ctx, s.app, s.org) })
	try("create one for an unknown organization", func() error {
		return client.CreateApp(s.ctx, s.app+"-else", "nobody")
	})
	take("list with a wrong token", s.count(s.app, "wrong"))
	take("list in an unknown app", s.count(s.app+"-none", s.token))
	take("list in another organization's app", s.count(taken, s.token))
	take("list too often", func() (string, error) {
		hasty := s.clientOver(http.DefaultTransport, s.app, s.token)
		for range 50 {
			if _, err := hasty.List(s.ctx, ""); err != nil {
				return "", err
			}
		}
		return "never", nil
	})
}

// The client has no call for this; its requests serve.
func (s *session) deleteApp() {
	take("delete the app", func() (int, error) {
		request, err := s.client(s.app, s.token).NewRequest(s.ctx, http.MethodDelete, "/apps/"+s.app, nil, nil)
		if err != nil {
			return 0, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return 0, err
		}
		return response.StatusCode, response.Body.Close()
	})
	take("list in the deleted app", s.count(s.app, s.token))
}
