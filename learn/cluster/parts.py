"""The control plane: every controller of a cluster, in the order in which they are started.

Order matters only where two parts act in the same instant for the same reason: timers set first fire first.
"""

from __future__ import annotations

from learn.cluster.controllers.alb import LoadBalancerController
from learn.cluster.controllers.base import Controller
from learn.cluster.controllers.cluster_autoscaler import ClusterAutoscaler
from learn.cluster.controllers.cronjob import CronJobController
from learn.cluster.controllers.daemonset import DaemonSetController
from learn.cluster.controllers.deployment import DeploymentController
from learn.cluster.controllers.disruption import DisruptionController
from learn.cluster.controllers.endpoints import EndpointsController
from learn.cluster.controllers.endpointslice import EndpointSliceController
from learn.cluster.controllers.endpointslicemirroring import EndpointSliceMirroringController
from learn.cluster.controllers.garbagecollector import GarbageCollector
from learn.cluster.controllers.gateway import GatewayController
from learn.cluster.controllers.hpa import HorizontalController
from learn.cluster.controllers.ingress import IngressController
from learn.cluster.controllers.job import JobController
from learn.cluster.controllers.namespace import NamespaceController
from learn.cluster.controllers.quota import QuotaController
from learn.cluster.controllers.replicaset import ReplicaSetController
from learn.cluster.controllers.resize import PodResizer
from learn.cluster.controllers.service_lb import ServiceLoadBalancers
from learn.cluster.controllers.statefulset import StatefulSetController
from learn.cluster.controllers.volumes import ClaimProtection, VolumeController
from learn.cluster.controllers.vpa import VerticalAutoscaler
from learn.cluster.metrics import MetricsServer
from learn.cluster.network.cuts import NetworkCuts
from learn.cluster.scheduler import Scheduler

CONTROLLERS: tuple[type[Controller], ...] = (
    CronJobController,
    JobController,
    DeploymentController,
    ReplicaSetController,
    StatefulSetController,
    DaemonSetController,
    EndpointSliceController,
    EndpointsController,
    EndpointSliceMirroringController,
    NamespaceController,
    QuotaController,
    VolumeController,
    ClaimProtection,
    GarbageCollector,
    Scheduler,
    DisruptionController,
    HorizontalController,
    MetricsServer,
    PodResizer,
    ClusterAutoscaler,
    VerticalAutoscaler,
    ServiceLoadBalancers,
    IngressController,
    GatewayController,
    LoadBalancerController,
    NetworkCuts,
)
