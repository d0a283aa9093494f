// A site's object store: versitygw's S3 over its file-system backend, with three things that versitygw leaves to its operators. The store itself
// locks what it stores (locked.go), the site declares who may do what (declared.go, rights.go), and nobody administers
// the store: no account has that role, and the requests of administrators are not implemented.
//
// All its settings come from files and from these variables:
//
//	STORE_PORTS             addresses to listen on, with commas between them, such as `:7070`
//	STORE_REGION            name of the region, which is part of what clients sign
//	STORE_CERTIFICATE, STORE_KEY   PEM files, read again at SIGHUP
//	STORE_DATA              folder of `objects` and `versions`
//	STORE_USERS             file of a JSON object: access key id → {secret, right, bucket}
//	STORE_BUCKETS           file of a JSON array with the buckets' names
//	STORE_OBJECT_LOCK_DAYS  for how long each version is kept, whoever wants it gone
//	STORE_HEALTH            path that answers everybody; none where it is absent
//	STORE_READ_ONLY         any value: the folder belongs to another store, and is only read
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// Version is set by the linker.
var Version = "unknown"

const (
	// Kubernetes updates mounted files within a minute after a change of what is declared; the store reads them soon after.
	reread = 5 * time.Second
	// A version is unlocked only where the store was killed while it wrote it, or where more days are declared than before.
	relock = time.Hour
	// The limit in versitygw's own program.
	connections = 250_000
	requests    = 100_000
	parts       = 10_000
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatalf("The object store cannot run: %v", err)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	declared, err := readDeclared(os.Getenv("STORE_USERS"), os.Getenv("STORE_BUCKETS"))
	if err != nil {
		return err
	}
	isReadOnly := os.Getenv("STORE_READ_ONLY") != ""
	keep, err := lockDuration(isReadOnly)
	if err != nil {
		return err
	}
	files, err := openFiles(os.Getenv("STORE_DATA"), isReadOnly)
	if err != nil {
		return err
	}
	store := &lockedStore{files: files, declared: declared, keep: keep}
	if !isReadOnly {
		if err := store.makeBuckets(ctx); err != nil {
			return err
		}
		go store.maintain(ctx)
	}
	// versitygw requires an account that may do everything. Its key is new at each start, and nobody learns it.
	id, secret := random(), random()
	return embedgw.RunVersityGW(ctx, store, &embedgw.Config{
		RootUserAccess:    id,
		RootUserSecret:    secret,
		IAMService:        accounts{declared},
		Region:            os.Getenv("STORE_REGION"),
		Ports:             strings.Split(os.Getenv("STORE_PORTS"), ","),
		CertFile:          os.Getenv("STORE_CERTIFICATE"),
		KeyFile:           os.Getenv("STORE_KEY"),
		SigHup:            hangUps(ctx),
		MaxConnections:    connections,
		MaxRequests:       requests,
		MultipartMaxParts: parts,
		Readonly:          isReadOnly,
		HealthPath:        os.Getenv("STORE_HEALTH"),
		// Policies alone say who may do what.
		DisableACLs: true,
		// Otherwise it would log a line for each request.
		Quiet:   true,
		Version: Version,
	})
}

func lockDuration(isReadOnly bool) (time.Duration, error) {
	if isReadOnly {
		return 0, nil
	}
	days, err := strconv.ParseFloat(os.Getenv("STORE_OBJECT_LOCK_DAYS"), 64)
	if err != nil || days <= 0 {
		return 0, fmt.Errorf("STORE_OBJECT_LOCK_DAYS is %q: it must be a number of days above zero", os.Getenv("STORE_OBJECT_LOCK_DAYS"))
	}
	return time.Duration(days * 24 * float64(time.Hour)), nil
}

// Opens the backend over `objects` and, where the folder has them, `versions`: a copy has no versions.
func openFiles(data string, isReadOnly bool) (*posix.Posix, error) {
	objects, versions := filepath.Join(data, "objects"), filepath.Join(data, "versions")
	if !isReadOnly {
		for _, folder := range []string{objects, versions} {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return nil, err
			}
		}
		// Earlier releases kept the accounts' keys here, in the clear.
		if err := os.RemoveAll(filepath.Join(data, "accounts")); err != nil {
			return nil, err
		}
		if err := (meta.XattrMeta{}).Test(objects); err != nil {
			return nil, fmt.Errorf("extended attributes of %s: %w", objects, err)
		}
	}
	if _, err := os.Stat(versions); os.IsNotExist(err) {
		versions = ""
	}
	return posix.New(objects, meta.XattrMeta{}, posix.PosixOpts{VersioningDir: versions, CopyObjectThreshold: 5 << 30})
}

func hangUps(ctx context.Context) <-chan struct{} {
	signals, told := make(chan os.Signal, 1), make(chan struct{}, 1)
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
				told <- struct{}{}
			}
		}
	}()
	return told
}

func random() string {
	bytes := make([]byte, 32)
	_, _ = rand.Read(bytes)
	return hex.EncodeToString(bytes)
}
