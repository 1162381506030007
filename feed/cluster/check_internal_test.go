package cluster

import "testing"

func TestAServerIsOldByItsVersion(t *testing.T) {
	for version, want := range map[string]bool{
		"2.10.29": true, "1.99.0": true, "2.11.0": false, "2.11.0-RC.1": false, "2.15.2": false, "3.0.0": false,
		"": false, "dev": false, // who built it knows
	} {
		if isOld(version) != want {
			t.Errorf("%q is old: %t", version, !want)
		}
	}
}
