locals {
  network_kinds = ["internet-gateway", "route-table", "security-group", "security-group-rule", "subnet", "vpc", "vpc-endpoint"]
  network_arns  = [for kind in local.network_kinds : "arn:aws:ec2:${local.here}:${kind}/*"]
  create_network = [
    "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateInternetGateway",
    "ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
  ]

  network = [
    {
      Sid      = "SeeNetwork"
      Effect   = "Allow"
      Action   = ["ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways", "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs"]
      Resource = "*"
    },
    {
      # A new thing must carry our tags; what it is put into must carry them already.
      Sid       = "MakeOurs"
      Effect    = "Allow"
      Action    = local.create_network
      Resource  = local.network_arns
      Condition = { StringEquals = local.to_be_ours }
    },
    {
      Sid    = "ChangeOurs"
      Effect = "Allow"
      Action = concat(local.create_network, [
        "ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:CreateRoute", "ec2:CreateTags", "ec2:DeleteInternetGateway",
        "ec2:DeleteRoute", "ec2:DeleteRouteTable", "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags",
        "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway", "ec2:DisassociateRouteTable",
        "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
        "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation", "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
      ])
      Resource  = local.network_arns
      Condition = { StringEquals = local.ours }
    },
    {
      Sid       = "TagWhatIsMade"
      Effect    = "Allow"
      Action    = "ec2:CreateTags"
      Resource  = local.network_arns
      Condition = { StringEquals = merge(local.to_be_ours, { "ec2:CreateAction" = [for action in local.create_network : trimprefix(action, "ec2:")] }) }
    },
    {
      # A VPC brings its default security group with it, untagged; it is emptied.
      Sid       = "EmptyDefaultGroup"
      Effect    = "Allow"
      Action    = ["ec2:CreateTags", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"]
      Resource  = "arn:aws:ec2:${local.here}:security-group/*"
      Condition = { Null = { "aws:ResourceTag/Environment" = "true" } }
    },
  ]
}
