package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"confboard/feed/bus"
	"confboard/feed/cluster"
	"confboard/web/settings"
)

// clusterConfig is what the settings say of several boards that work as one.
func clusterConfig(c settings.Cluster, logger *slog.Logger) cluster.Config {
	return cluster.Config{
		Servers: c.NATS, Prefix: c.Prefix, Name: c.Name, Build: Version(), Replicas: c.Replicas, Handover: c.Handover,
		CredentialsFile: c.CredentialsFile, User: c.User, Password: c.Password, Token: c.Token, TLS: cluster.TLS(c.TLS), Logger: logger,
		Room: bus.Room(c.Prefix, c.Memory),
	}
}

// checkCluster tries what several boards need of NATS. The error names everything that cannot be done, and what to do.
func checkCluster(ctx context.Context, s settings.Settings) (said []string, err error) {
	if !s.Cluster.Enabled() {
		return nil, nil
	}
	var faults []error
	for _, f := range cluster.Check(ctx, clusterConfig(s.Cluster, slog.New(slog.DiscardHandler))) {
		if f.Err == nil {
			said = append(said, "NATS: "+f.What+": yes.")
			continue
		}
		faults = append(faults, fmt.Errorf("cluster.nats: cannot %s: %w; %s", f.What, f.Err, f.Advice))
	}
	return said, errors.Join(faults...)
}
