// Alertmanager as a site needs it: takes what both Prometheus say as one alert, tells receivers by webhook or mail, and tries again until they have
// taken it. It is made of Alertmanager's own packages. Its pages, its silences and its dozen other ways to tell somebody are not linked in: nothing is
// declared for them, and its own main package does not compile from its module, which lacks the pages that it embeds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/sync/errgroup"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/notify/email"
	"github.com/prometheus/alertmanager/notify/webhook"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/template"
)

const (
	// Who was told what is remembered for so long, which is longer than an alert waits to be told again.
	retention = 120 * time.Hour
	// Between writings of that to the disk.
	maintenance = time.Minute
	// Between removals of alerts that are over, and that were told so.
	collection = 30 * time.Second
	// A kubelet, and Prometheus, wait no longer.
	patience = 10 * time.Second
)

func main() {
	configFile := flag.String("config.file", "", "Alertmanager's own configuration")
	webConfig := flag.String("web.config.file", "", "with which certificate it serves, and whom")
	address := flag.String("web.listen-address", "", "where it listens")
	data := flag.String("storage.path", "", "a folder that it may write")
	flag.Parse()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(*configFile, *webConfig, *address, *data, logger); err != nil {
		logger.Error("ended", "err", err)
		os.Exit(1)
	}
}

// run returns at a signal, or with the first error.
func run(configFile, webConfig, address, data string, logger *slog.Logger) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	declared, err := config.LoadFile(configFile)
	if err != nil {
		return fmt.Errorf("%s: %w", configFile, err)
	}
	templates, err := template.FromGlobs(declared.Templates)
	if err != nil {
		return err
	}
	// Nobody can open a page here, so that a message leads to none.
	templates.ExternalURL = &url.URL{}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var events eventrecorder.Recorder
	alerts, err := mem.NewAlerts(ctx, collection, 0, nil, logger, events, registry, features{})
	if err != nil {
		return err
	}
	defer alerts.Close()
	told, forget, err := remember(data, registry, logger)
	if err != nil {
		return err
	}
	defer forget()
	stages, err := receivers(declared.Receivers, templates, told, events, registry, logger)
	if err != nil {
		return err
	}
	dispatcher := dispatch.NewDispatcher(alerts, dispatch.NewRoute(declared.Route, nil), stages, marker.NewGroupMarker(), atLeast,
		collection, nil, logger, events, dispatch.NewDispatcherMetrics(false, registry, features{}), templates)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { dispatcher.Run(time.Now()); return nil })
	routes := http.NewServeMux()
	routes.Handle("POST /api/v2/alerts", takes(alerts, time.Duration(declared.Global.ResolveTimeout), logger))
	routes.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: routes, ReadTimeout: patience, WriteTimeout: patience}
	group.Go(func() error {
		systemd := false
		return web.ListenAndServe(server, &web.FlagConfig{
			WebListenAddresses: &[]string{address}, WebConfigFile: &webConfig, WebSystemdSocket: &systemd,
		}, logger)
	})
	group.Go(func() error {
		<-ctx.Done()
		dispatcher.Stop()
		return server.Close()
	})
	if err := group.Wait(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// features says whose notifications failed, by the receiver's name.
type features struct{ featurecontrol.NoopFlags }

func (features) EnableReceiverNamesInMetrics() bool { return true }

func atLeast(wanted time.Duration) time.Duration { return max(wanted, notify.MinTimeout) }

// remember keeps who was told what, on the disk too, so that a new process neither repeats an alert nor forgets to say that it is over.
func remember(folder string, registry prometheus.Registerer, logger *slog.Logger) (*nflog.Log, func(), error) {
	file := filepath.Join(folder, "told")
	told, err := nflog.New(nflog.Options{SnapshotFile: file, Retention: retention, Logger: logger, Metrics: registry})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() { told.Maintenance(maintenance, file, stop, nil) })
	return told, func() { close(stop); writing.Wait() }, nil
}

// receivers has for each receiver what is done with a group of alerts: those that it was told are left out, the others are told until they are
// taken, and that is remembered.
func receivers(declared []config.Receiver, templates *template.Template, told *nflog.Log, events eventrecorder.Recorder,
	registry prometheus.Registerer, logger *slog.Logger) (notify.RoutingStage, error) {
	metrics := notify.NewMetrics(registry, features{})
	stages := notify.RoutingStage{}
	all := map[string][]notify.Integration{}
	for _, receiver := range declared {
		ways, err := integrations(receiver, templates, logger)
		if err != nil {
			return nil, fmt.Errorf("receiver %s: %w", receiver.Name, err)
		}
		all[receiver.Name] = ways
		var each notify.FanoutStage
		for _, way := range ways {
			recorded := &nflogpb.Receiver{GroupName: receiver.Name, Integration: way.Name(), Idx: uint32(way.Index())}
			each = append(each, notify.MultiStage{
				notify.NewDedupStage(&way, told, recorded),
				notify.NewRetryStage(way, receiver.Name, metrics, events),
				notify.NewSetNotifiesStage(told, recorded),
			})
		}
		stages[receiver.Name] = each
	}
	metrics.InitializeFor(all)
	return stages, nil
}

func integrations(receiver config.Receiver, templates *template.Template, logger *slog.Logger) ([]notify.Integration, error) {
	var ways []notify.Integration
	for index, hook := range receiver.WebhookConfigs {
		notifier, err := webhook.New(hook, templates, logger)
		if err != nil {
			return nil, err
		}
		ways = append(ways, notify.NewIntegration(notifier, hook, "webhook", index, receiver.Name))
	}
	for index, mail := range receiver.EmailConfigs {
		ways = append(ways, notify.NewIntegration(email.New(mail, templates, logger), mail, "email", index, receiver.Name))
	}
	return ways, nil
}
