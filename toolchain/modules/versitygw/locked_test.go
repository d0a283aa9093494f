package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/s3response"
)

const bucket, key = "registry-land", "archive/segment"

func newStore(t *testing.T) *lockedStore {
	folder := t.TempDir()
	users, buckets := filepath.Join(folder, "users.json"), filepath.Join(folder, "buckets.json")
	for path, content := range map[string]string{users: "{}", buckets: `["` + bucket + `"]`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	declared, err := readDeclared(users, buckets)
	if err != nil {
		t.Fatal(err)
	}
	// The backend changes into its folder, and this test changes back at its end.
	t.Chdir(folder)
	files, err := openFiles(folder, false)
	if err != nil {
		t.Skipf("no extended attributes here: %v", err)
	}
	store := &lockedStore{files: files, declared: declared, keep: 24 * time.Hour}
	if err := store.makeBuckets(context.Background()); err != nil {
		t.Fatal(err)
	}
	return store
}

func put(t *testing.T, store *lockedStore, mode types.ObjectLockMode) string {
	object, name, length, soon := bucket, key, int64(1), time.Now().Add(time.Minute)
	stored, err := store.PutObject(context.Background(), s3response.PutObjectInput{
		Bucket: &object, Key: &name, ContentLength: &length, Body: strings.NewReader("x"), ObjectLockMode: mode, ObjectLockRetainUntilDate: &soon,
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored.VersionID
}

func mustBeLocked(t *testing.T, store *lockedStore, version string) {
	t.Helper()
	isLocked, err := store.isLocked(context.Background(), bucket, key, version, time.Now().Add(store.keep-time.Minute))
	if err != nil || !isLocked {
		t.Fatalf("version %s is locked: %v, %v", version, isLocked, err)
	}
}

func TestAVersionHasTheStoresLockWhateverIsAskedFor(t *testing.T) {
	store := newStore(t)
	for _, mode := range []types.ObjectLockMode{"", types.ObjectLockModeGovernance, types.ObjectLockModeCompliance} {
		mustBeLocked(t, store, put(t, store, mode))
	}
}

// Such versions exist where an earlier release was killed before it locked them, or where its administrator set a lock that can be lifted.
func TestWhatIsNotLockedIsLockedAgain(t *testing.T) {
	store := newStore(t)
	governed := []byte(`{"Mode":"GOVERNANCE","RetainUntilDate":"2099-01-01T00:00:00Z"}`)
	version := put(t, store, "")
	for name, spoil := range map[string]func() error{
		"none": func() error { return meta.XattrMeta{}.DeleteAttribute(bucket, key, retentionAttribute) },
		"governance": func() error {
			return store.files.PutObjectRetention(context.Background(), bucket, key, version, governed)
		},
	} {
		if err := spoil(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if isLocked, _ := store.isLocked(context.Background(), bucket, key, version, time.Now()); isLocked {
			t.Fatalf("%s: it is locked still", name)
		}
		if err := store.relock(context.Background(), bucket); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		mustBeLocked(t, store, version)
	}
}

// Even somebody who had the key of the account that versitygw requires could change nothing with it.
func TestNothingChangesALockOrAPolicy(t *testing.T) {
	store, ctx := newStore(t), context.Background()
	version := put(t, store, "")
	for what, err := range map[string]error{
		"policy":     store.PutBucketPolicy(ctx, bucket, []byte("{}")),
		"no policy":  store.DeleteBucketPolicy(ctx, bucket),
		"versioning": store.PutBucketVersioning(ctx, bucket, types.BucketVersioningStatusSuspended),
		"rule":       store.PutObjectLockConfiguration(ctx, bucket, []byte("{}")),
		"retention":  store.PutObjectRetention(ctx, bucket, key, version, retention(time.Now())),
		"owner":      store.ChangeBucketOwner(ctx, bucket, "accomplice"),
		"bucket":     store.DeleteBucket(ctx, bucket),
		"account":    accounts{store.declared}.DeleteUserAccount("land-backup"),
	} {
		if err == nil {
			t.Errorf("%s: done", what)
		}
	}
	mustBeLocked(t, store, version)
}
