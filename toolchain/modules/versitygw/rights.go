package main

import (
	"encoding/json"
	"sort"
)

type right struct {
	// Whether the right holds in all buckets.
	everywhere bool
	// S3's actions on a bucket itself, and on what is in it.
	bucket, objects []string
}

// DeleteObject without a version only hides; only the purger has DeleteObjectVersion, which destroys what is not locked. Nobody sets a
// retention, and nobody changes a bucket.
var rights = map[string]right{
	"backup": {
		bucket:  []string{"s3:ListBucket", "s3:ListBucketMultipartUploads"},
		objects: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"},
	},
	"read": {
		bucket:  []string{"s3:ListBucket", "s3:ListBucketVersions"},
		objects: []string{"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"},
	},
	// Whoever has this key adds to a bucket, and learns nothing of it.
	"append": {
		objects: []string{"s3:PutObject"},
	},
	"inspect": {
		everywhere: true,
		bucket:     []string{"s3:ListBucketVersions"},
		objects:    []string{"s3:GetObjectRetention"},
	},
	"purge": {
		everywhere: true,
		bucket:     []string{"s3:ListBucketVersions", "s3:ListBucketMultipartUploads"},
		objects:    []string{"s3:GetObjectRetention", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"},
	},
}

type statement struct {
	Effect    string
	Principal map[string][]string
	Action    []string
	Resource  []string
}

// policy is the policy of a bucket; nil where nobody may do anything. It is made at each request and kept nowhere, so that nobody can
// replace it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
func policy(bucket string, users map[string]user) ([]byte, error) {
	var statements []statement
	for id, one := range users {
		if one.Bucket != "" && one.Bucket != bucket {
			continue
		}
		granted := rights[one.Right]
		allow := func(actions []string, resource string) {
			statements = append(statements, statement{"Allow", map[string][]string{"AWS": {id}}, actions, []string{resource}})
		}
		if len(granted.bucket) > 0 {
			allow(granted.bucket, "arn:aws:s3:::"+bucket)
		}
		allow(granted.objects, "arn:aws:s3:::"+bucket+"/*")
	}
	if len(statements) == 0 {
		return nil, nil
	}
	sort.SliceStable(statements, func(i, j int) bool { return statements[i].Principal["AWS"][0] < statements[j].Principal["AWS"][0] })
	return json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
}
