// The controllers of cert-manager that renew what an authority in the cluster signs. Those that ask authorities elsewhere (ACME, Vault, Venafi)
// and the clouds that they know are not linked in: nothing is declared for them. https://cert-manager.io/docs/configuration/ca/
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cert-manager/cert-manager/pkg/controller"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	"github.com/cert-manager/cert-manager/pkg/logs"
)

const (
	// Workers of each controller: certificates that were issued together are due together.
	workers = 5
	// Pauses between tries while nothing can be signed.
	firstPause = time.Minute
	lastPause  = time.Hour
	// cert-manager's own address for kubelets: https://cert-manager.io/docs/installation/best-practice/#use-liveness-probes
	healthAddress = ":9403"
	// The time within which a kubelet asks again, which is longer than it waits for an answer.
	healthPatience = 5 * time.Second
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "a file; without it the pod's own identity")
	namespace := flag.String("cluster-resource-namespace", "", "the namespace with the keys of ClusterIssuers")
	flag.Parse()
	logs.InitLogs()
	defer logs.FlushLogs()
	if err := run(*kubeconfig, *namespace); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run returns at a signal, or with the first error of a controller.
func run(kubeconfig, namespace string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	group, ctx := errgroup.WithContext(logs.NewContext(ctx, logs.Log))
	factory, err := controller.NewContextFactory(ctx, controller.ContextOptions{
		Kubeconfig:    kubeconfig,
		IssuerOptions: controller.IssuerOptions{ClusterResourceNamespace: namespace},
		CertificateOptions: controller.CertificateOptions{
			CertificateRequestMinimumBackoffDuration: firstPause,
			CertificateRequestMaximumBackoffDuration: lastPause,
		},
	})
	if err != nil {
		return err
	}
	for name, construct := range controller.Known() {
		one, err := construct(factory)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		group.Go(func() error { return one.Run(workers, ctx) })
	}
	// Each controller has said by now what it wants to watch; all of them share what is read.
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	var knows atomic.Bool
	group.Go(func() error {
		shared.SharedInformerFactory.WaitForCacheSync(ctx.Done())
		shared.KubeSharedInformerFactory.WaitForCacheSync(ctx.Done())
		knows.Store(true)
		return nil
	})
	group.Go(func() error { return serveHealth(ctx, &knows) })
	return group.Wait()
}

// serveHealth tells kubelets that the process answers (/livez), and whether it has seen what there is (/readyz).
func serveHealth(ctx context.Context, knows *atomic.Bool) error {
	answers := http.NewServeMux()
	answers.HandleFunc("GET /livez", func(http.ResponseWriter, *http.Request) {})
	answers.HandleFunc("GET /readyz", func(response http.ResponseWriter, _ *http.Request) {
		if !knows.Load() {
			response.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	server := &http.Server{Addr: healthAddress, Handler: answers, ReadTimeout: healthPatience, WriteTimeout: healthPatience}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); ctx.Err() == nil {
		return err
	}
	return nil
}
