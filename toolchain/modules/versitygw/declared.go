package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"sync"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3err"
)

// A user of the store, as infra/storage/store-users.ts declares it.
type user struct {
	Secret string `json:"secret"`
	Right  string `json:"right"`
	// Empty for a right that holds in all buckets.
	Bucket string `json:"bucket"`
}

// What the site declares of its store. It is read from mounted files, held in memory, and read again where a file has changed.
type declared struct {
	paths [2]string

	lock    sync.Mutex
	stamps  [2]fs.FileInfo
	users   map[string]user
	buckets []string
}

func readDeclared(users, buckets string) (*declared, error) {
	d := &declared{paths: [2]string{users, buckets}}
	return d, d.read()
}

// Returns the present users and buckets. Where the files cannot be read, the former ones stay in force until a restart.
func (d *declared) current() (map[string]user, []string) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if err := d.read(); err != nil {
		log.Printf("What is declared now is not taken up: %v", err)
	}
	return d.users, d.buckets
}

func (d *declared) read() error {
	var stamps [2]fs.FileInfo
	isNew := false
	for index, path := range d.paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		before := d.stamps[index]
		isNew = isNew || before == nil || !os.SameFile(before, info) || !before.ModTime().Equal(info.ModTime()) || before.Size() != info.Size()
		stamps[index] = info
	}
	if !isNew {
		return nil
	}
	// The stamps are kept first, so that an error in a file is reported only once.
	d.stamps = stamps
	var users map[string]user
	var buckets []string
	if err := parse(d.paths[0], &users); err != nil {
		return err
	}
	if err := parse(d.paths[1], &buckets); err != nil {
		return err
	}
	for id, one := range users {
		if err := one.check(); err != nil {
			return fmt.Errorf("the user %s in %s %w: run pulumi up, which writes it", id, d.paths[0], err)
		}
	}
	d.users, d.buckets = users, buckets
	return nil
}

// Reads a JSON file. Its errors do not quote the file, because that holds secrets.
func parse(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if json.Unmarshal(content, into) != nil {
		return fmt.Errorf("%s is not the JSON that it must be: run pulumi up, which writes it", path)
	}
	return nil
}

func (u user) check() error {
	right, isKnown := rights[u.Right]
	switch {
	case u.Secret == "":
		return errors.New("has no secret")
	case !isKnown:
		return fmt.Errorf("has the right %q, which the store does not know", u.Right)
	case right.everywhere && u.Bucket != "":
		return fmt.Errorf("names a bucket, and %q holds for all of them", u.Right)
	case !right.everywhere && u.Bucket == "":
		return fmt.Errorf("names no bucket, and %q needs one", u.Right)
	}
	return nil
}

// versitygw's accounts are the declared users. Nothing is kept on a disk, and nobody can change them over the network.
type accounts struct{ *declared }

var errNotHere = s3err.GetAPIError(s3err.ErrAdminMethodNotSupported)

func (a accounts) GetUserAccount(id string) (auth.Account, error) {
	users, _ := a.current()
	one, isKnown := users[id]
	if !isKnown {
		return auth.Account{}, auth.ErrNoSuchUser
	}
	return auth.Account{Access: id, Secret: one.Secret, Role: auth.RoleUser}, nil
}

func (a accounts) ResolveAccounts(ids []string) ([]string, error) {
	users, _ := a.current()
	missing := []string{}
	for _, id := range ids {
		if _, isKnown := users[id]; !isKnown {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

func (accounts) CreateAccount(auth.Account) error                  { return errNotHere }
func (accounts) UpdateUserAccount(string, auth.MutableProps) error { return errNotHere }
func (accounts) DeleteUserAccount(string) error                    { return errNotHere }
func (accounts) ListUserAccounts() ([]auth.Account, error)         { return nil, errNotHere }
func (accounts) Shutdown() error                                   { return nil }
