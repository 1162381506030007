// Program several is what make cluster runs: three boards as one on this machine, with what they need, to look at and to try what happens
// when something of it is killed. The cloud is a simulated one, in the program itself; NATS servers, boards and the balancer are processes.
// PostgreSQL is given, see e2e/setup/postgres.sh.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

const variable = "CONFBOARD_TEST_POSTGRES"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "several:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	var o options
	flag.StringVar(&o.board, "board", filepath.Join("bin", "confboard"), "the board's program")
	flag.StringVar(&o.deploy, "deploy", filepath.Join("web", "deploy"), "folder with the configurations of the balancer and of NATS")
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of the balancer; when it is taken, the next free port")
	flag.IntVar(&o.meetings, "meetings", 47, "simulated meetings beside the board meeting, 0 to 5000")
	flag.Parse()
	if o.meetings < 0 || o.meetings > 5000 {
		return fmt.Errorf("-meetings: %d is out of range, 0 to 5000", o.meetings)
	}
	if o.database = os.Getenv(variable); o.database == "" {
		return errors.New(variable + " names no database: e2e/setup/postgres.sh starts one")
	}
	if o.folder, err = os.MkdirTemp("", "confboard-several-"); err != nil {
		return err
	}
	defer os.RemoveAll(o.folder)
	s, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	return s.run(ctx, os.Stdin, os.Stdout)
}
